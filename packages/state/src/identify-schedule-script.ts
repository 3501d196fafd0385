/**
 * Asks for a turn. KEYS: budget, turns, members, leases. ARGV: shard, fence, member, turn's name, turn's TTL in ms.
 *
 * The turn is given to the holder of the shard's lease only, as Redis knows it at this moment: nobody identifies a shard
 * that is another's. Returns what was decided, and a number of ms after which asking again makes sense.
 */
export const turnScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local alive_until = redis.call('ZSCORE', KEYS[3], ARGV[3])
if redis.call('HGET', KEYS[4], ARGV[1]) ~= ARGV[2] .. ':' .. ARGV[3] or not alive_until or tonumber(alive_until) <= now then
  return { 'no-lease', 0 }
end
local budget = redis.call('HMGET', KEYS[1], 'remaining', 'reserve', 'concurrency')
if not budget[1] then return { 'no-budget', 0 } end
if tonumber(budget[1]) <= tonumber(budget[2]) then return { 'spent', redis.call('PTTL', KEYS[1]) } end
local bucket = tonumber(ARGV[1]) % tonumber(budget[3])
local turn = redis.call('HGET', KEYS[2], bucket)
if turn then
  local until_ms = tonumber(string.match(turn, '^%d+'))
  if until_ms > now then return { 'busy', until_ms - now } end
end
redis.call('HSET', KEYS[2], bucket, string.format('%.0f', now + ARGV[5]) .. ':' .. ARGV[4])
redis.call('PEXPIRE', KEYS[2], 600000)
redis.call('HINCRBY', KEYS[1], 'remaining', -1)
return { 'turn', bucket }`;

/**
 * Sets how long a turn still lasts. KEYS: turns, budget. ARGV: bucket, turn's name, ms from now, how much to give back to
 * the budget.
 */
export const turnUntilScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local turn = redis.call('HGET', KEYS[1], ARGV[1])
if not turn or string.match(turn, ':(.*)$') ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f', now + ARGV[3]) .. ':' .. ARGV[2])
if ARGV[4] ~= '0' and redis.call('EXISTS', KEYS[2]) == 1 then redis.call('HINCRBY', KEYS[2], 'remaining', ARGV[4]) end
return 1`;

/**
 * Takes in what Discord says of the budget. KEYS: budget. ARGV: remaining, reserve, max_concurrency, reset_after in ms.
 * What the fleet has counted down itself stands when it is less: an answer may be older than an IDENTIFY.
 */
export const budgetScript = `
local known = redis.call('HGET', KEYS[1], 'remaining')
local remaining = tonumber(ARGV[1])
if known and tonumber(known) < remaining then remaining = tonumber(known) end
redis.call('HSET', KEYS[1], 'remaining', remaining, 'reserve', ARGV[2], 'concurrency', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return remaining`;
