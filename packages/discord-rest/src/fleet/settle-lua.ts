/** What an answer says of limits, or that there was none. */
export const settleLua = `
-- After how long what is known already is written again, so that it is not forgotten, in ms.
local renewed_after = memory / 24

-- The group of a hash, to which its route belongs from now on; a hash that is new belongs to the group of the route.
local function learn(answer)
  local key, hash_key = route_key(answer.route), root .. ':hash:' .. answer.hash
  local known = redis.call('HMGET', key, 'group', 'limit', 'window', 'hash', 'told')
  local has_group = known[1] and known[1] ~= ''
  local is_known = has_group and known[4] == answer.hash and tonumber(known[2]) == answer.limit
  if is_known and tonumber(known[3]) >= answer.reset and math.abs(now - tonumber(known[5])) < renewed_after then
    return known[1]
  end
  local group = redis.call('GET', hash_key) or has_group and known[1] or answer.hash
  redis.call('SET', hash_key, group, 'PX', memory)
  local window = answer.reset
  if tonumber(known[2] or '') == answer.limit then window = math.max(window, tonumber(known[3])) end
  redis.call('HSET', key, 'group', group, 'limit', answer.limit, 'window', math.ceil(window),
    'hash', answer.hash, 'told', text(now))
  redis.call('PEXPIRE', key, memory)
  return group
end

-- Whether shares come back one by one: then each answer tells bounds of a share that agree. Two answers in one fixed window
-- have the same reset, so their bounds exclude each other when not the same is left.
local function learn_share(bucket, answer)
  local used = answer.limit - answer.remaining
  if used < 1 then return end
  bucket.share = math.max(bucket.share, (answer.reset - 1) / used)
  if used > 1 then bucket.most = math.min(bucket.most, answer.reset / (used - 1)) end
  -- Headers are rounded up to a ms.
  if bucket.share + 1 >= bucket.most then
    bucket.most, bucket.slides = 0, false
  elseif bucket.least and bucket.least ~= answer.remaining then
    bucket.slides = true
  end
end

local function apply_headers(bucket, answer, flew)
  local reset = now - answer.age + answer.reset
  if bucket.limit ~= answer.limit then
    bucket.limit, bucket.window = answer.limit, answer.reset
    bucket.most, bucket.slides = 0, false
  end
  bucket.window = math.ceil(math.max(bucket.window, answer.reset))
  -- It was counted in the window before.
  if reset <= bucket.opened then return end
  learn_share(bucket, answer)
  -- It was let in after what is in doubt had been lost.
  if flew == 'now' then bucket.doubt = 0 end
  bucket.left = math.min(bucket.left, answer.remaining)
  bucket.least = math.min(bucket.least or answer.remaining, answer.remaining)
  bucket.reset = bucket.exact and math.max(bucket.reset, reset) or reset
  bucket.exact = true
end

-- Whether the headers of an answer tell of the route's bucket. Those of a 429 may tell of another limit.
local function is_of_bucket(answer)
  if answer.hash == '' or answer.result == 'global' then return false end
  if answer.result == 'ok' then return true end
  local known = redis.call('HMGET', route_key(answer.route), 'group', 'limit', 'hash')
  if not known[1] or known[1] == '' then return answer.result == 'bucket' end
  local is_own = known[3] == answer.hash or redis.call('GET', root .. ':hash:' .. answer.hash) == known[1]
  return is_own and (answer.result == 'bucket' or tonumber(known[2]) == answer.limit)
end

-- What is let in while nothing is under way is counted after what is lost, so answers to it tell of that as well.
local function part(bucket)
  if bucket.lost == 0 or bucket.lost < bucket.flying or bucket.late > 0 then return end
  bucket.before, bucket.opened = bucket.opened, math.floor(now)
  bucket.doubt, bucket.lost, bucket.flying = bucket.doubt + bucket.lost, 0, 0
end

local function settle(answer)
  if answer.probe then redis.call('DEL', root .. ':probe:' .. answer.route) end
  local described = is_of_bucket(answer)
  if answer.result == 'bucket' and not described then answer.result = 'narrow' end
  if answer.result == 'global' then block(math.max(answer.retry, blocked_until() - now)) end
  settle_narrow(answer)
  local group = answer.group
  if described and answer.result ~= 'narrow' then
    group = learn(answer)
  elseif answer.result == 'ok' and answer.probe then
    -- Another that was slower may have learned more meanwhile.
    local key = route_key(answer.route)
    if redis.call('HSETNX', key, 'group', '') == 1 and redis.call('PTTL', key) < 3600000 then
      redis.call('PEXPIRE', key, 3600000)
    end
  end
  local bucket = bucket_of(answer, group)
  if not bucket then return end
  local flew = land(bucket, answer.window)
  if described then
    apply_headers(bucket, answer, flew)
  elseif flew ~= 'unknown' then
    bucket.flying, bucket.lost = bucket.flying + 1, bucket.lost + 1
  end
  if answer.result == 'bucket' then
    bucket.exact, bucket.reset = true, math.max(bucket.reset, now - answer.age + math.max(answer.retry, answer.reset))
    use_up(bucket)
  end
  part(bucket)
  regain(bucket)
  write_bucket(bucket)
end
`;
