/** What the scripts share: a lease is stored as `<fence>:<holder>`, with no holder when nobody has it. */
const prelude = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
-- In microseconds, so that no two scripts have the same.
local moment = time[1] * 1000000 + time[2]
local function read_lease(text)
  local fence, owner = string.match(text, '^(%d+):(.*)$')
  return { fence = tonumber(fence), owner = owner }
end
local function lease_text(fence, owner) return string.format('%.0f', fence) .. ':' .. owner end
`;

/**
 * One member's turn: it renews its membership, claims what it holds, gives up what is too much and takes what is free.
 *
 * KEYS: fleet, members, pins, leases. ARGV: the request as JSON.
 *
 * The lease of a shard lives as long as its holder's membership, so that renewing costs the same for one shard and for
 * a thousand. Whoever calls states what it holds, with the fences: what Redis has forgotten is put back from that, and
 * what it does not state it does not hold.
 */
export const balanceScript = `${prelude}
local fleet_key, members_key, pins_key, leases_key = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local request = cjson.decode(ARGV[1])
local me = request.member

local function drop(member)
  redis.call('ZREM', members_key, member)
  redis.call('HDEL', pins_key, member)
end

-- Who is there. When all fell silent and nobody was there to see it, it may have been Redis that was away: those who
-- hold shards are given the time to come back before anybody takes them.
for _, member in ipairs(request.dead) do drop(member) end
local silent = redis.call('ZRANGEBYSCORE', members_key, '-inf', now)
for _, member in ipairs(silent) do drop(member) end
local others = redis.call('ZCARD', members_key)
local unwatched = #silent > 0 and others == 0
if redis.call('ZSCORE', members_key, me) then others = others - 1 end

-- The fleet's memory. Its epoch tells a member whether Redis has lost it since.
local fleet = redis.call('HMGET', fleet_key, 'epoch', 'count', 'quiet')
local epoch, count, quiet_until = tonumber(fleet[1] or ''), tonumber(fleet[2] or ''), tonumber(fleet[3] or '') or 0
if unwatched then quiet_until = now + request.quietMs end
local restoring = false
if not epoch then
  epoch = moment
  if request.epoch > 0 then
    quiet_until = now + request.quietMs
    if request.runs > 0 then count = request.runs end
  end
elseif request.epoch > 0 and request.epoch ~= epoch and now < epoch / 1000 + request.quietMs then
  -- A newcomer was here first, and took for free what is not.
  restoring = true
  quiet_until = math.ceil(epoch / 1000) + request.quietMs
  if request.runs > 0 and request.runs ~= count then
    count = request.runs
    others = 0
    redis.call('DEL', members_key, pins_key, leases_key)
  end
end
local quiet = now < quiet_until

-- The agreed shard count. Another one has to wait until nobody keeps this one.
if not count then
  count = request.wants > 0 and request.wants or request.recommended
elseif request.wants > 0 and request.wants ~= count and others == 0 and not quiet then
  count = request.wants
  redis.call('DEL', leases_key)
end
local waiting = request.wants > 0 and request.wants ~= count
redis.call('HSET', fleet_key, 'epoch', string.format('%.0f', epoch), 'count', count, 'quiet', string.format('%.0f', quiet_until))
redis.call('PEXPIRE', fleet_key, request.keepMs)

local kept, granted, surrender, lost = {}, {}, {}, {}
local quota = -1
local function reply()
  return { epoch, count, waiting and 1 or 0, quiet and 1 or 0, quota, kept, granted, surrender, lost, redis.call('ZRANGE', members_key, 0, -1) }
end
if waiting then
  drop(me)
  for _, claim in ipairs(request.held) do lost[#lost + 1] = claim[1] end
  return reply()
end
redis.call('ZADD', members_key, string.format('%.0f', now + request.ttlMs), me)
if request.pins then redis.call('HSET', pins_key, me, cjson.encode(request.pins)) end

local leases = {}
local stored = redis.call('HGETALL', leases_key)
for i = 1, #stored, 2 do leases[tonumber(stored[i])] = read_lease(stored[i + 1]) end
local function give(id, fence, owner)
  leases[id] = { fence = fence, owner = owner }
  redis.call('HSET', leases_key, id, lease_text(fence, owner))
end

-- What it holds, and no longer holds.
local mine, was_lost = {}, {}
for _, claim in ipairs(request.held) do
  local id, fence = claim[1], claim[2]
  local lease = leases[id]
  local keeps = true
  if request.runs ~= count then keeps = false
  elseif not lease or lease.fence < fence then give(id, fence, me)
  elseif lease.fence == fence and (lease.owner == me or lease.owner == '') then
    if lease.owner == '' then give(id, fence, me) end
  elseif restoring and fence < epoch and lease.fence >= epoch then
    fence = math.max(moment, lease.fence + 1)
    give(id, fence, me)
  else keeps = false end
  if keeps then
    mine[id] = true
    kept[#kept + 1] = id
    kept[#kept + 1] = fence
  else
    was_lost[id] = true
    lost[#lost + 1] = id
  end
end
for id, lease in pairs(leases) do
  if lease.owner == me and not mine[id] then give(id, lease.fence, '') end
end

local live = {}
local members = redis.call('ZRANGE', members_key, 0, -1)
for _, member in ipairs(members) do live[member] = true end
local function take(id)
  local lease = leases[id]
  if quiet or was_lost[id] or (lease and live[lease.owner]) then return false end
  local fence = math.max(moment, lease and lease.fence + 1 or 0)
  give(id, fence, me)
  granted[#granted + 1] = id
  granted[#granted + 1] = fence
  return true
end

if request.pins then
  for _, id in ipairs(request.pins) do
    if id < count and not mine[id] then take(id) end
  end
else
  local pinned, pins_by = {}, {}
  local pins = redis.call('HGETALL', pins_key)
  for i = 1, #pins, 2 do
    pins_by[pins[i]] = true
    for _, id in ipairs(cjson.decode(pins[i + 1])) do pinned[id] = true end
  end
  local pool, held, own = {}, {}, 0
  for id = 0, count - 1 do
    if not pinned[id] then
      pool[#pool + 1] = id
      local lease = leases[id]
      if lease then held[lease.owner] = (held[lease.owner] or 0) + 1 end
      if mine[id] then own = own + 1 end
    elseif mine[id] then
      surrender[#surrender + 1] = id
    end
  end
  local sharing = {}
  for _, member in ipairs(members) do
    if not pins_by[member] then sharing[#sharing + 1] = member end
  end
  table.sort(sharing)

  -- What cannot be shared evenly stays where it is, and only then goes by the order of names: the fewest moves.
  local base, extra = math.floor(#pool / #sharing), #pool % #sharing
  quota = base
  local rank = 0
  for _, holds_more in ipairs({ true, false }) do
    for _, member in ipairs(sharing) do
      if ((held[member] or 0) > base) == holds_more then
        rank = rank + 1
        if member == me and rank <= extra then quota = base + 1 end
      end
    end
  end
  for i = #pool, 1, -1 do
    if own <= quota then break end
    if mine[pool[i]] then
      surrender[#surrender + 1] = pool[i]
      own = own - 1
    end
  end
  for _, id in ipairs(pool) do
    if own >= quota then break end
    if not mine[id] and take(id) then own = own + 1 end
  end
end

for _, key in ipairs({ members_key, pins_key, leases_key }) do redis.call('PEXPIRE', key, request.keepMs) end
return reply()`;

/** KEYS: leases. ARGV: shard, fence, member. The fence stays, so that the next one is higher. */
export const releaseScript = `${prelude}
local text = redis.call('HGET', KEYS[1], ARGV[1])
if text == ARGV[2] .. ':' .. ARGV[3] then redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] .. ':') end`;

/** KEYS: members, pins, leases. ARGV: member. */
export const leaveScript = `${prelude}
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
local stored = redis.call('HGETALL', KEYS[3])
for i = 1, #stored, 2 do
  local lease = read_lease(stored[i + 1])
  if lease.owner == ARGV[1] then redis.call('HSET', KEYS[3], stored[i], lease_text(lease.fence, '')) end
end`;
