import { besideLua } from './beside-lua.ts';
import { bucketLua, waitingLua } from './bucket-lua.ts';
import { globalLua } from './global-lua.ts';
import { settleLua } from './settle-lua.ts';
import { sharedLua } from './shared-lua.ts';
import { straightLua } from './straight-lua.ts';

/** One operation of the script with its arguments. Texts have no line breaks. */
export type Operation = readonly (string | number)[];

/** What the script is asked, as its argument: each word in a line. */
export function limitRequest(globalLimit: number, operations: readonly Operation[]): string {
  let text = `${globalLimit}\n`;
  for (const words of operations) text += `${words.join('\n')}\n`;
  return text;
}

/** The present in ms by Redis' own clock, whoever asks. */
const redisClock = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
`;

/**
 * The limits of one bot, for its whole fleet, in one call: operations are carried out one after the other and answered in
 * the same order.
 *
 * KEYS: the root of all keys. ARGV: {@link limitRequest}, of the global limit, then for each operation its name and its
 * arguments: one text, since many short ones take the time of both sides. The reply is a line with the number of processes, and
 * one for each operation:
 * - `acquire` id, order, lane, route, major, patience ms → `go` delay ms, window, probe, group
 *   | `wait` ms, order | `deny` ms. An order of 0 asks for the first time; who waits asks again with the order told.
 * - `settle` route, major, group, window, probe, age ms, result, hash, limit, remaining, reset ms, retry ms: what an
 *   answer said, or that there was none. result: `ok`, `lost`, `bucket`, `narrow` or `global`.
 * - `refund` id, route, major, group, window, probe: the request was surely never sent.
 * - `leave` id, route, major: a request that waits no longer.
 * - `spent` id, age ms: a request that was let in without Redis, or used its place late.
 * - `present` id → how many places of the global limit are taken. To be said every few seconds: it keeps what all share.
 * - `ping`: nothing, a sign of life.
 * - `recover` processes: this process has gone on without Redis, as one of so many. For a moment nobody is let in, since
 *   others have as well; while some are still away, the limit is only the part of those who are back: a process says what
 *   it `spent`, and then that it is `present`.
 */
export function limitScript(clock: string = redisClock): string {
  return `
local root = KEYS[1]
${clock}
${sharedLua}
${bucketLua}
${straightLua}
${globalLua}
${waitingLua}
${besideLua}
${operationsLua}
${settleLua}
${dispatchLua}`;
}

const operationsLua = `
-- Gives up a turn in every queue, as nothing is to be had in time.
local function denied(ticket, bucket, wait)
  if bucket then leave(bucket.key .. ':waiting', ticket.id) end
  return 'deny ' .. math.ceil(wait)
end

local function waits(ticket, wait)
  if wait > ticket.patience then return 'deny ' .. math.ceil(wait) end
  return 'wait ' .. math.max(1, math.ceil(wait)) .. ' ' .. text(ticket.order)
end

local function wait_in_bucket(bucket, ticket, wait)
  enqueue(bucket.key .. ':waiting', ticket.id, ticket.order, now + wait)
  await_bucket(bucket, now + wait + grace)
end

-- A request waits for its bucket without a place in the global limit, and for such a place with its turn in the bucket.
local function enter(ticket, bucket, narrow)
  local wait = bucket and wait_for_bucket(ticket, bucket) or 0
  if wait == 0 and narrow.leased then wait = look_again end
  if wait > 0 then
    if ticket.lane ~= 'interaction' then leave(lanes[ticket.lane], ticket.id) end
    if wait > ticket.patience then return denied(ticket, bucket, wait) end
    if bucket then wait_in_bucket(bucket, ticket, wait) end
    return waits(ticket, wait)
  end
  if ticket.lane == 'interaction' then return nil, 0 end
  local delay
  wait, delay = take_global(ticket)
  if wait == 0 then return nil, delay end
  if wait > ticket.patience then return denied(ticket, bucket, wait) end
  if bucket then wait_in_bucket(bucket, ticket, wait) end
  return waits(ticket, wait - ahead_of_time)
end

local function acquire(ticket)
  local known = redis.call('HMGET', route_key(ticket.route), 'group', 'limit', 'window', 'careful')
  local narrow = read_narrow(ticket, known[4])
  if narrow.wait > 0 then return waits(ticket, narrow.wait) end
  local bucket, probe
  if not known[1] then
    local wait = wait_for_probe(ticket.route)
    if wait > 0 then return waits(ticket, wait) end
    probe = true
  elseif known[1] ~= '' then
    bucket = read_bucket(bucket_key(known[1], ticket.major), tonumber(known[2]), tonumber(known[3]))
  end
  local answer, delay = enter(ticket, bucket, narrow)
  if answer then
    if probe then redis.call('DEL', root .. ':probe:' .. ticket.route) end
    return answer
  end
  if narrow.key then write_narrow(narrow.key, 'lease', now + exploring) end
  if not bucket then return go(math.ceil(delay), '', 0, probe) end
  leave(bucket.key .. ':waiting', ticket.id)
  take_place(bucket)
  return go(math.ceil(delay), known[1], bucket.opened)
end

local function refund(grant)
  redis.call('ZREM', grants, grant.id)
  redis.call('ZREM', bulk_grants, grant.id)
  if grant.probe then redis.call('DEL', root .. ':probe:' .. grant.route) end
  redis.call('HDEL', narrow_key(grant.route, grant.major), 'lease')
  local bucket = bucket_of(grant, grant.group)
  local flew = bucket and land(bucket, grant.window) or 'unknown'
  if flew == 'unknown' then return end
  if flew == 'now' then bucket.left = bucket.left + 1 end
  regain(bucket)
  write_bucket(bucket)
end

local function leave_all(id, route, major)
  leave(lanes.normal, id)
  leave(lanes.bulk, id)
  local group = redis.call('HGET', route_key(route), 'group')
  if group and group ~= '' then leave(bucket_key(group, major) .. ':waiting', id) end
end

-- When a process that does not say that it is there is forgotten, in ms; and within what it does as long as it is not away.
local forgotten_after, reminded_within = 10000, 2500

local function present(id)
  redis.call('ZADD', workers, text(now + forgotten_after), id)
  redis.call('ZREMRANGEBYSCORE', workers, '-inf', text(now))
  redis.call('PEXPIRE', workers, 60000)
  redis.call('PEXPIRE', grants, log_kept)
  -- While some come back, who has not said so of late may still be away.
  local least = is_gathering() and now + forgotten_after - reminded_within or now
  shared.processes = redis.call('ZCOUNT', workers, text(least), '+inf')
  redis.call('HSET', root, 'processes', shared.processes)
  -- What was written before the clock was set back is not waited for.
  if redis.call('EXISTS', lanes.normal, lanes.bulk) == 0 then redis.call('HDEL', root, 'awaited') end
  redis.call('PEXPIRE', root, math.max(0, math.ceil(shared.blocked - now)) + 3600000)
  return taken()
end

local function spent(id, age)
  redis.call('ZADD', grants, text(now - age), id)
  redis.call('PEXPIRE', grants, log_kept)
end

local function recover(processes)
  -- One that was back for a moment knows of fewer than those who have not been yet.
  if is_gathering() then processes = math.max(processes, shared.gathering) end
  shared.gathering, shared.gathered = processes, now
  redis.call('HSET', root, 'gathering', processes, 'gathered', text(now))
  redis.call('PEXPIRE', root, 3600000)
  local recovered = tonumber(redis.call('HGET', root, 'recovered') or '') or 0
  if recovered > now - 10000 and recovered <= now + 1000 then return end
  redis.call('HSET', root, 'recovered', text(now))
  block(math.max(cycle, blocked_until() - now))
end
`;

const dispatchLua = `
local answers, asked = {}, 0
local word = string.gmatch(ARGV[1], '([^\\n]*)\\n')
-- The global limit.
word()
local function number() return tonumber(word()) end
local function flag() return word() == '1' end

for name in word do
  local answer = 0
  if name == 'acquire' then
    local ticket = { id = word(), order = number(), lane = word(), route = word(), major = word(), patience = number() }
    ticket.returning = ticket.order > 0
    -- No two that come together are equal. Who came in the future, before the clock was set back, comes now.
    asked = asked + 1
    ticket.order = ticket.returning and math.min(ticket.order, now) or now + asked / 1000
    answer = acquire(ticket)
  elseif name == 'settle' then
    settle({
      route = word(), major = word(), group = word(), window = number(), probe = flag(), age = number(),
      result = word(), hash = word(), limit = number(), remaining = number(), reset = number(), retry = number(),
    })
  elseif name == 'refund' then
    refund({ id = word(), route = word(), major = word(), group = word(), window = number(), probe = flag() })
  elseif name == 'leave' then
    leave_all(word(), word(), word())
  elseif name == 'present' then
    answer = present(word())
  elseif name == 'spent' then
    spent(word(), number())
  elseif name == 'recover' then
    recover(number())
  elseif name ~= 'ping' then
    return redis.error_reply('unknown operation ' .. name)
  end
  answers[#answers + 1] = answer
end
return process_count() .. '\\n' .. table.concat(answers, '\\n')
`;
