/**
 * Limits beside buckets, which no header shows before they are met: of a resource for all bots together, or for some
 * requests only. How large they are and how much of them is left, nobody knows.
 *
 * Where one was met, requests go one at a time for a while. Other resources of the route may have one as well: there, one
 * request goes ahead, and the others follow when it was let through.
 */
export const besideLua = `
-- How long a route is treated with care after such a limit was met, in ms.
local careful = 60000
-- How long the others may follow the one that went ahead, in ms.
local all_clear = 1000

-- What is kept ends in \`most\` ms at the latest; otherwise the clock was set back.
local function still_holds(stored, most)
  local over = tonumber(stored or '') or 0
  return over > now and over <= now + most
end

-- What such limits make of a request: how long all wait, and whether it waits for the one that is under way; \`key\` is set
-- when it would be the one itself.
local function read_narrow(ticket, careful_until)
  local key = narrow_key(ticket.route, ticket.major)
  local f = redis.call('HMGET', key, 'until', 'since', 'lease', 'clear')
  local over, since = tonumber(f[1] or '') or 0, tonumber(f[2] or '')
  if not since and (not still_holds(careful_until, careful) or still_holds(f[4], all_clear)) then return { wait = 0 } end
  -- What was met in the future was met before the clock was set back: one looks whether it is over.
  local met = since and since <= now + 1000
  return { key = key, wait = met and math.max(0, over - now) or 0, leased = still_holds(f[3], exploring) }
end

local function write_narrow(key, field, at)
  redis.call('HSET', key, field, text(at))
  if redis.call('PTTL', key) < 0 then redis.call('PEXPIRE', key, careful) end
end

local function settle_narrow(answer)
  local key = narrow_key(answer.route, answer.major)
  local leased = redis.call('HDEL', key, 'lease') == 1
  if answer.result == 'narrow' then
    redis.call('HSET', key, 'until', text(now + answer.retry), 'since', text(now))
    redis.call('PEXPIRE', key, math.ceil(answer.retry) + careful)
    -- Until when such a limit of any resource is kept.
    local narrow = tonumber(redis.call('HGET', route_key(answer.route), 'narrow') or '') or 0
    narrow = math.max(narrow, now + answer.retry + careful)
    redis.call('HSET', route_key(answer.route), 'careful', text(now + careful), 'narrow', text(narrow))
    redis.call('PEXPIRE', route_key(answer.route), memory)
  elseif leased and answer.result == 'ok' then
    write_narrow(key, 'clear', now + all_clear)
  end
end
`;
