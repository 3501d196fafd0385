/**
 * The way of most requests that come alone: one that nothing holds up is let in before anything else is made ready. A script that runs
 * seldom takes its time for each line, since nothing of it is in the processor's caches. What it does not let in goes the
 * long way, which decides the same.
 */
export const straightLua = `
-- One operation: its name and six arguments, after the global limit.
if #ARGV == 8 and ARGV[2] == 'acquire' and ARGV[4] == '0' and ARGV[5] ~= 'bulk' and shared.blocked <= now then
  local id, lane, route, major = ARGV[3], ARGV[5], ARGV[6], ARGV[7]
  local known = redis.call('HMGET', route_key(route), 'group', 'limit', 'window', 'careful')
  local is_careful = (tonumber(known[4] or '') or 0) > now
  if known[1] and known[1] ~= '' and not is_careful then
    local bucket = read_bucket(bucket_key(known[1], major), tonumber(known[2]), tonumber(known[3]))
    local waits = redis.call('EXISTS', lanes.normal, lanes.bulk, bucket.key .. ':waiting', narrow_key(route, major)) > 0
    -- Those in the future count as well, from before a clock was set back: the long way forgets them.
    local used = lane == 'normal' and redis.call('ZCOUNT', grants, '(' .. text(now - cycle), '+inf') or 0
    if bucket.left > 0 and not waits and used < limit then
      if lane == 'normal' then
        redis.call('ZADD', grants, text(now), id)
        if used == 0 then redis.call('PEXPIRE', grants, log_kept) end
      end
      take_place(bucket)
      return { process_count(), { 'go', 0, known[1], bucket.opened, 0 } }
    end
  end
end
`;
