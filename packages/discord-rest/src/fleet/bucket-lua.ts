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
 * - `awaited`: until when somebody may wait for it.
 * All of it is one text, which is read and written at once: a script that runs seldom takes its time for each call and each field.
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
local function bucket_key(group, major) return root .. ':window:' .. group .. ':' .. major end
-- Beside buckets: limits of a route, for a resource, that no header shows.
local function narrow_key(route, major) return root .. ':narrow:' .. route .. ':' .. major end

local function store(bucket)
  local kept = math.max(0, math.min(math.max(bucket.reset, bucket.awaited) - now, memory))
  redis.call('SET', bucket.key, bucket.stored, 'PX', math.ceil(kept) + 30000)
end

local function write_bucket(bucket)
  bucket.stored = string.format('%d %.3f %d %d %d %d %d %d %d %d %d %s %.3f %.3f %d %.3f',
    bucket.left, bucket.reset, bucket.opened, bucket.before, bucket.flying, bucket.exact and 1 or 0, bucket.limit,
    bucket.window, bucket.lost, bucket.late, bucket.doubt, bucket.least or '-', bucket.share, bucket.most,
    bucket.slides and 1 or 0, bucket.awaited)
  store(bucket)
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
  write_bucket(bucket)
end

local function open_anew(bucket)
  local is_heard = now - bucket.reset <= heard_within
  bucket.late = is_heard and bucket.flying - bucket.lost or 0
  bucket.doubt = is_heard and bucket.doubt + bucket.lost or 0
  bucket.left, bucket.flying, bucket.lost = math.max(0, bucket.limit - bucket.late - bucket.doubt), 0, 0
  bucket.before, bucket.opened = bucket.opened, math.floor(now)
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
  return not bucket.exact and bucket.flying > bucket.lost and math.abs(now - bucket.opened) < exploring
end

local function parse_bucket(key, stored)
  local left, reset, opened, before, flying, exact, limit, window, lost, late, doubt, least, share, most, slides, awaited =
    string.match(stored, '${'(%S+) '.repeat(15)}(%S+)')
  return {
    key = key, stored = stored, left = tonumber(left), reset = tonumber(reset), opened = tonumber(opened), before = tonumber(before),
    flying = tonumber(flying), exact = exact == '1', limit = tonumber(limit), window = tonumber(window),
    lost = tonumber(lost), late = tonumber(late), doubt = tonumber(doubt), least = tonumber(least),
    share = tonumber(share), most = tonumber(most), slides = slides == '1', awaited = tonumber(awaited),
  }
end

local function read_bucket(key, limit, window)
  -- Of one that nobody has asked for, the window was over long ago.
  local stored = redis.call('GET', key) or string.format('0 0 0 0 0 0 %d %d 0 0 0 - 0 0 0 0', limit, window)
  local bucket = parse_bucket(key, stored)
  if now >= bucket.reset + margin then
    if not is_unheard(bucket) then open_anew(bucket) end
  elseif bucket.opened > now + 1000 then
    -- The clock was set back: how much of the window is over, nobody knows.
    bucket.opened, bucket.reset, bucket.exact = math.floor(now), now + bucket.window, false
    bucket.awaited = math.min(bucket.awaited, bucket.reset)
    use_up(bucket)
    write_bucket(bucket)
  elseif bucket.slides then
    regain(bucket)
  end
  return bucket
end

-- Somebody may wait for it until then. A window that would open with this request has not done so.
local function await_bucket(bucket, at)
  bucket.awaited = math.max(bucket.awaited, at)
  bucket.stored = string.gsub(bucket.stored, '%S+$', text(bucket.awaited))
  store(bucket)
end

-- The bucket of what was let in; nil when it belongs to none.
local function bucket_of(grant, group)
  local known = redis.call('HMGET', route_key(grant.route), 'limit', 'window')
  if group == '' or not known[1] then return nil end
  return read_bucket(bucket_key(group, grant.major), tonumber(known[1]), tonumber(known[2]))
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
