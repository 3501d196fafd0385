/**
 * The limits of routes: what Discord's headers have told of them, and the state of each bucket.
 *
 * A bucket is known by the group of its route: routes with the same hash share it, and a route whose hash changes keeps
 * it. Its windows are taken for fixed ones that open anew when the last one is over: with limits that slide, everything is
 * available again at that time as well. What is under way while a window ends may be counted in the next. Where headers
 * prove that shares come back one by one, they are given one by one.
 *
 * Of a window are kept, beside what is left and when it ends:
 * - `flying`: let in, and no header has told of it; of these `lost` have been answered without any, or not at all. Discord may
 *   have counted them last, and with limits that slide, what is known is over before they are.
 * - `late`: under way since the window before. `doubt`: lost before the first of this one was let in.
 * - `least`: the least that a header has told to be left.
 * - `share`, `most`: bounds of the time in which one share comes back, in ms; `slides`: whether it does.
 *
 * KEYS[1] is the root of all keys; they have one hash tag and so one slot of a cluster.
 */
export const bucketLua = `
-- Reset times are rounded, and clocks run on between two readings.
local margin = 10
-- How long a route or a hash is remembered, in ms.
local memory = 86400000
-- How long something is heard of at most after its window has ended, in ms.
local heard_within = 15000
-- How long one request may explore for all, in ms: then the next one does, since it may be dead.
local exploring = 2000
-- Longer than any share takes to come back, in ms.
local endless = 1e12

local function route_key(route) return root .. ':route:' .. route end
local function bucket_key(group, major) return root .. ':bucket:' .. group .. ':' .. major end
-- Beside buckets: limits of a route, for a resource, that no header shows.
local function narrow_key(route, major) return root .. ':narrow:' .. route .. ':' .. major end

local function write_bucket(bucket)
  bucket.anew = false
  redis.call('HSET', bucket.key, 'left', bucket.left, 'reset', text(bucket.reset), 'opened', bucket.opened,
    'before', bucket.before, 'flying', bucket.flying, 'exact', bucket.exact and '1' or '0', 'limit', bucket.limit,
    'window', bucket.window, 'lost', bucket.lost, 'late', bucket.late, 'doubt', bucket.doubt, 'least', bucket.least or '',
    'share', text(bucket.share), 'most', text(bucket.most), 'slides', bucket.slides and '1' or '0')
  redis.call('PEXPIRE', bucket.key, math.ceil(math.max(bucket.reset - now, 0)) + 30000)
end

-- Nothing is left in this window, whatever was told before.
local function use_up(bucket)
  bucket.left, bucket.least, bucket.most, bucket.slides = 0, 0, 0, false
end

-- How many places may be taken that no header tells of.
local function untold(bucket) return bucket.flying + bucket.late + bucket.doubt end

-- What was told to be left, or has come back since, is left but for what is untold.
local function regain(bucket)
  local told = math.min(bucket.least or bucket.limit, bucket.limit)
  if bucket.slides then
    told = math.floor(bucket.limit - math.max(0, bucket.reset + margin - now) / bucket.share)
  end
  bucket.left = math.max(bucket.left, told - untold(bucket))
end

-- A request takes one of its places, and is on its way.
local function take_place(bucket)
  bucket.left, bucket.flying = bucket.left - 1, bucket.flying + 1
  if bucket.anew then return write_bucket(bucket) end
  redis.call('HSET', bucket.key, 'left', bucket.left, 'flying', bucket.flying)
end

-- What few need to know of a bucket.
local function recall(bucket)
  local f = redis.call('HMGET', bucket.key, 'before', 'exact', 'limit', 'window', 'lost', 'late', 'doubt', 'least',
    'share', 'most')
  bucket.before, bucket.exact = tonumber(f[1] or '') or 0, f[2] == '1'
  bucket.limit, bucket.window = tonumber(f[3] or '') or bucket.limit, tonumber(f[4] or '') or bucket.window
  bucket.lost, bucket.late = tonumber(f[5] or '') or 0, tonumber(f[6] or '') or 0
  bucket.doubt, bucket.least = tonumber(f[7] or '') or 0, tonumber(f[8] or '')
  bucket.share, bucket.most = tonumber(f[9] or '') or 0, tonumber(f[10] or '') or endless
end

local function open_anew(bucket)
  local is_heard = bucket.left and now - bucket.reset <= heard_within
  bucket.late = is_heard and bucket.flying - bucket.lost or 0
  bucket.doubt = is_heard and bucket.doubt + bucket.lost or 0
  bucket.left, bucket.flying, bucket.lost = math.max(0, bucket.limit - bucket.late - bucket.doubt), 0, 0
  bucket.before, bucket.opened, bucket.anew = bucket.opened or 0, math.floor(now), true
  bucket.reset, bucket.exact, bucket.least = now + bucket.window, false, nil
  bucket.share, bucket.most, bucket.slides = 0, endless, false
  if bucket.left > 0 then return end
  -- Nobody will be let in who could tell of those in doubt: with this window they are over.
  if bucket.late == 0 then
    bucket.doubt = 0
    use_up(bucket)
  end
  -- Nothing is granted now: its window begins here all the same, and not anew with whoever asks next.
  write_bucket(bucket)
end

-- Whether nobody knows yet when its window ends: it may be longer than any that was told of.
local function is_unheard(bucket)
  return bucket.left and not bucket.exact and bucket.flying > bucket.lost and math.abs(now - bucket.opened) < exploring
end

local function read_bucket(key, limit, window)
  local f = redis.call('HMGET', key, 'left', 'reset', 'opened', 'flying', 'slides')
  local bucket = {
    key = key, limit = limit, window = window, left = tonumber(f[1] or ''), reset = tonumber(f[2] or ''),
    opened = tonumber(f[3] or ''), flying = tonumber(f[4] or '') or 0, slides = f[5] == '1',
  }
  if not bucket.left or now >= bucket.reset + margin then
    recall(bucket)
    if not is_unheard(bucket) then open_anew(bucket) end
  elseif bucket.opened > now + 1000 then
    -- The clock was set back: how much of the window is over, nobody knows.
    recall(bucket)
    bucket.opened, bucket.reset, bucket.exact = math.floor(now), now + bucket.window, false
    use_up(bucket)
    write_bucket(bucket)
  elseif bucket.slides then
    recall(bucket)
    regain(bucket)
  end
  return bucket
end

-- The bucket of what was let in; nil when it belongs to none.
local function bucket_of(grant, group)
  local known = redis.call('HMGET', route_key(grant.route), 'limit', 'window')
  if group == '' or not known[1] then return nil end
  local bucket = read_bucket(bucket_key(group, grant.major), tonumber(known[1]), tonumber(known[2]))
  if not bucket.lost then recall(bucket) end
  return bucket
end

-- It is no longer under way. In which window it was let in, as far as the bucket still counts it.
local function land(bucket, window)
  if window == bucket.opened and bucket.flying > bucket.lost then
    bucket.flying = bucket.flying - 1
    return 'now'
  elseif window == bucket.before and bucket.late > 0 then
    bucket.late = bucket.late - 1
    return 'before'
  end
  return 'unknown'
end
`;

/** What requests wait for beside the global limit. */
export const waitingLua = `
-- How soon to look again whether it has found out, in ms.
local look_again = 25

-- How long to wait for the bucket, in ms; 0 when there is something left for this request.
local function wait_for_bucket(ticket, bucket)
  local _, ahead = standing(bucket.key .. ':waiting', ticket.order)
  if ahead < bucket.left then return 0 end
  if not bucket.lost then recall(bucket) end
  -- The first answers of a window may soon show that places were taken off for nothing.
  local is_awaited = bucket.left > 0 or bucket.flying + bucket.late > bucket.lost
  if is_awaited and now < bucket.opened + exploring and ahead < bucket.left + bucket.late + bucket.doubt then
    return look_again
  end
  local windows = math.floor((ahead - bucket.left) / bucket.limit)
  local wait = bucket.reset + margin + windows * bucket.window - now
  if wait <= 0 then return look_again end
  if not bucket.slides then return wait end
  local kept = bucket.limit - untold(bucket) - ahead - 1
  return math.min(wait, bucket.reset + margin - kept * bucket.share - now)
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
