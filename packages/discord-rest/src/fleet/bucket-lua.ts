/**
 * The limits of routes: what Discord's headers have told of them, and the state of each bucket.
 *
 * A bucket is known by the group of its route: routes with the same hash share it, and a route whose hash changes keeps
 * it. Its windows are taken for fixed ones that open anew when the last one is over: with limits that slide, everything is
 * available again at that time as well. What is under way while a window ends may be counted in the next.
 *
 * KEYS[1] is the root of all keys; they have one hash tag and so one slot of a cluster.
 */
export const bucketLua = `
-- Reset times are rounded, and clocks run on between two readings.
local margin = 10
-- How long a route or a hash is remembered, in ms.
local memory = 86400000

local function route_key(route) return root .. ':route:' .. route end
local function bucket_key(group, major) return root .. ':bucket:' .. group .. ':' .. major end
-- Beside buckets: limits of a route, for a resource, that no header shows.
local function narrow_key(route, major) return root .. ':narrow:' .. route .. ':' .. major end

local function write_bucket(bucket)
  bucket.anew = false
  redis.call('HSET', bucket.key, 'left', bucket.left, 'reset', text(bucket.reset), 'opened', bucket.opened,
    'before', bucket.before, 'flying', bucket.flying, 'exact', bucket.exact and '1' or '0', 'limit', bucket.limit,
    'window', bucket.window)
  redis.call('PEXPIRE', bucket.key, math.ceil(math.max(bucket.reset - now, 0)) + 30000)
end

-- A request takes one of its places, and is on its way.
local function take_place(bucket)
  bucket.left, bucket.flying = bucket.left - 1, bucket.flying + 1
  if bucket.anew then return write_bucket(bucket) end
  redis.call('HSET', bucket.key, 'left', bucket.left, 'flying', bucket.flying)
end

local function read_bucket(key, limit, window)
  local f = redis.call('HMGET', key, 'left', 'reset', 'opened', 'before', 'flying', 'exact', 'limit', 'window')
  local bucket = {
    key = key, left = tonumber(f[1] or ''), reset = tonumber(f[2] or ''), opened = tonumber(f[3] or ''),
    before = tonumber(f[4] or '') or 0, flying = tonumber(f[5] or '') or 0, exact = f[6] == '1',
    limit = tonumber(f[7] or '') or limit, window = tonumber(f[8] or '') or window,
  }
  local unknown = not bucket.left
  if unknown or now >= bucket.reset + margin then
    bucket.before = bucket.opened or 0
    -- Of what has been under way for long nothing will be heard any more.
    local under_way = (unknown or now - bucket.reset > 15000) and 0 or bucket.flying
    bucket.left, bucket.flying = math.max(0, bucket.limit - under_way), 0
    bucket.opened, bucket.reset, bucket.exact, bucket.anew = math.floor(now), now + bucket.window, false, true
    -- Nothing is granted now: its window begins here all the same, and not anew with whoever asks next.
    if bucket.left == 0 then write_bucket(bucket) end
  elseif bucket.opened > now + 1000 then
    -- The clock was set back: how much of the window is over, nobody knows.
    bucket.left, bucket.opened, bucket.reset, bucket.exact = 0, math.floor(now), now + bucket.window, false
    write_bucket(bucket)
  end
  return bucket
end
`;

/** What requests wait for beside the global limit. */
export const waitingLua = `
-- How long one request may explore for all, in ms: then the next one does, since it may be dead.
local exploring = 2000
-- How soon to look again whether it has found out, in ms.
local look_again = 25

-- How long to wait for the bucket, in ms; 0 when there is something left for this request.
local function wait_for_bucket(ticket, bucket)
  local _, ahead = standing(bucket.key .. ':waiting', ticket.order)
  if ahead < bucket.left then return 0 end
  local windows = math.floor((ahead - bucket.left) / bucket.limit)
  return bucket.reset + margin + windows * bucket.window - now
end

-- One request finds out what nobody knows yet: how long the others wait, in ms.
local function wait_for_probe(route)
  local key = root .. ':probe:' .. route
  local over = tonumber(redis.call('GET', key) or '') or 0
  if over > now and over <= now + exploring then return look_again end
  redis.call('SET', key, text(now + exploring), 'PX', 2 * exploring)
  return 0
end
`;
