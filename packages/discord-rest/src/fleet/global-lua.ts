import { guardMs } from './shared-lua.ts';

/**
 * The global limit: an exact log of the last grants, and queues of those who wait for a place in it.
 *
 * A place is free `cycle` ms after it was last given, by Redis' clock alone. Who finds none is told when to come again,
 * and is served then in the order in which they first came. Nothing is booked for the future: who is late or dead loses
 * their turn after a moment, and nobody is let in because somebody else should have gone earlier.
 *
 * Those who wait are let in together, once a cycle: a burst a second meets a border of Discord's own windows rarely, and
 * when it does, half of it is counted in either. Requests evenly spread over the second have one at each border, and the
 * smallest difference in latency puts it on the wrong side.
 */
export const globalLua = `
-- Still counts as being on time, after the beginning of a burst: less than the guard, which is what it takes from.
local punctual = ${guardMs - 5}
-- How long a burst goes on for those whose places become free a little later.
local burst = 40
-- Who waits is told to come a little early, is let in when they do, and waits for the rest by themselves: so it does not
-- matter that a busy process is late.
local early, ahead_of_time = 25, 20
-- How long a turn is kept for who does not come.
local grace = 250
-- Bulk requests leave a part of all places to the others, and have a small one of their own.
local bulk_most, bulk_least = math.max(1, math.floor(limit * 0.8)), math.max(1, math.floor(limit * 0.1))

local bulk_grants = root .. ':grants:bulk'

-- Forgets those of a queue who did not come.
local function forget_absent(queue)
  local due = queue .. ':due'
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', due, '-inf', text(now))) do
    redis.call('ZREM', due, id)
    redis.call('ZREM', queue, id)
  end
end

local function enqueue(queue, id, order, at)
  redis.call('ZADD', queue, text(order), id)
  redis.call('ZADD', queue .. ':due', text(at + grace), id)
  redis.call('PEXPIRE', queue, 3600000)
  redis.call('PEXPIRE', queue .. ':due', 3600000)
end

local function leave(queue, id)
  redis.call('ZREM', queue, id)
  redis.call('ZREM', queue .. ':due', id)
end

-- Lets nobody in for so long.
local function block(ms)
  shared.blocked, shared.since = now + ms, now
  redis.call('HSET', root, 'blocked', text(now + ms), 'since', text(now))
  redis.call('PEXPIRE', root, math.ceil(ms) + 3600000)
end

-- What was written in the future was written before the clock was set back.
local function blocked_until()
  return shared.since > now + cycle and 0 or shared.blocked
end

-- How many places are taken.
local function taken()
  for _, log in ipairs({ grants, bulk_grants }) do
    redis.call('ZREMRANGEBYSCORE', log, '-inf', text(now - cycle))
    local future = redis.call('ZREMRANGEBYSCORE', log, text(now + cycle), '+inf')
    if future > 0 then block(cycle) end
  end
  return redis.call('ZCARD', grants)
end

-- How many wait in a queue, and how many of them came before.
local function standing(queue, order)
  if redis.call('EXISTS', queue) == 0 then return 0, 0 end
  forget_absent(queue)
  local waiting = redis.call('ZCARD', queue)
  return waiting, redis.call('ZCOUNT', queue, '-inf', '(' .. text(order))
end

-- When a place becomes free for whoever has so many before them, when there are \`most\` places.
local function free_at(ahead, used, most)
  local missing = ahead - (most - used)
  if missing < 0 then return now end
  local places = math.max(used, most, 1)
  local cycles = math.floor(missing / places) + 1
  local place = redis.call('ZRANGE', grants, missing % places, missing % places, 'WITHSCORES')
  return (tonumber(place[2]) or now) + cycles * cycle
end

-- The moment itself while a burst is going on, otherwise the beginning of the next; and when that burst begins.
local function in_burst(at, origin)
  local begin = origin + math.floor((at - origin) / cycle) * cycle
  if at - begin <= burst then return at, begin end
  return begin + cycle, begin + cycle
end

-- How many are ahead of a request and how many places are for it; \`floor\` is when bulk has one of its own.
local function prospects(lane, used, queues)
  local bulk_used = redis.call('ZCARD', bulk_grants)
  if lane == 'normal' then
    local kept = queues.bulk > 0 and math.max(0, bulk_least - bulk_used) or 0
    return queues.normal_ahead, limit - kept
  end
  local ahead, floor = queues.bulk_ahead, nil
  if ahead < bulk_least - bulk_used then
    floor = free_at(ahead, used, limit)
  else
    local place = ahead - (bulk_least - bulk_used)
    local last = redis.call('ZRANGE', bulk_grants, place, place, 'WITHSCORES')
    floor = (tonumber(last[2]) or now + math.floor(place / bulk_least) * cycle) + cycle
    floor = math.max(floor, free_at(0, used, limit))
  end
  return ahead + queues.normal, bulk_most, floor
end

local function grant_global(ticket, at, begin)
  local counted = at
  if ticket.returning and begin <= at and at - begin <= punctual then counted = begin end
  redis.call('ZADD', grants, text(counted), ticket.id)
  redis.call('PEXPIRE', grants, log_kept)
  if ticket.lane == 'bulk' then
    redis.call('ZADD', bulk_grants, text(counted), ticket.id)
    redis.call('PEXPIRE', bulk_grants, 2 * cycle)
  end
end

-- Gives a place, or a turn in the queue: how long to wait for the turn, in ms (0 with a place), and for the place.
local function take_global(ticket)
  local used, queues = taken(), {}
  queues.normal, queues.normal_ahead = standing(lanes.normal, ticket.order)
  queues.bulk, queues.bulk_ahead = standing(lanes.bulk, ticket.order)
  local blocked, origin = blocked_until(), shared.origin
  local queued = queues.normal + queues.bulk > 0
  if not queued or not origin then
    local oldest = tonumber(redis.call('ZRANGE', grants, 0, 0, 'WITHSCORES')[2] or '') or now
    origin = math.max(blocked, oldest)
  end

  local ahead, most, floor = prospects(ticket.lane, used, queues)
  local at = math.max(free_at(ahead, used, most), blocked)
  if floor then at = math.max(math.min(at, floor), blocked) end
  local _, begin = in_burst(now, origin)
  -- Who has waited takes their turn; others may go at once while nobody waits before them.
  local overtakes = not ticket.returning and (ticket.lane == 'bulk' and queued or queues.normal > 0)
  if at > now or overtakes then at, begin = in_burst(at, origin) end
  if at - now > early then
    leave(lanes[ticket.lane], ticket.id)
    if at - now > ticket.patience then return at - now end
    shared.origin = origin
    -- Where nobody waits, what is known of it may be from before the clock was set back.
    shared.awaited = math.max(queued and shared.awaited or 0, at + grace)
    redis.call('HSET', root, 'origin', text(shared.origin), 'awaited', text(shared.awaited))
    redis.call('PEXPIRE', root, 3600000)
    enqueue(lanes[ticket.lane], ticket.id, ticket.order, at)
    return at - now
  end
  leave(lanes[ticket.lane], ticket.id)
  grant_global(ticket, at, begin)
  return 0, at - now
end
`;
