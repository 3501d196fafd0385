/**
 * The way of most requests that come alone: one that nothing holds up is let in before anything else is made ready. A script that runs
 * seldom takes its time for each line, since nothing of it is in the processor's caches. What it does not let in goes the
 * long way, which decides the same.
 */
export const straightLua = `
local id, lane, route, major =
  string.match(ARGV[1], '^%d+\\nacquire\\n([^\\n]+)\\n0\\n(%l+)\\n([^\\n]+)\\n([^\\n]*)\\n[^\\n]+\\n$')
if id and lane ~= 'bulk' and shared.blocked <= now and shared.awaited <= now then
  local known = redis.call('HMGET', route_key(route), 'group', 'limit', 'window', 'narrow')
  if known[1] and known[1] ~= '' and (tonumber(known[4] or '') or 0) <= now then
    local bucket = read_bucket(bucket_key(known[1], major), tonumber(known[2]), tonumber(known[3]))
    -- Those in the future count as well, from before a clock was set back: the long way forgets them.
    local used = lane == 'normal' and redis.call('ZCOUNT', grants, '(' .. text(now - cycle), '+inf') or 0
    if bucket.left > 0 and bucket.awaited <= now and used < limit then
      if lane == 'normal' then
        redis.call('ZADD', grants, text(now), id)
        if used == 0 then redis.call('PEXPIRE', grants, log_kept) end
      end
      take_place(bucket)
      return process_count() .. '\\n' .. go(0, known[1], bucket.opened)
    end
  end
end
`;
