import { luaScript } from './redis.ts';

/**
 * Does many operations on claims in one round trip.
 *
 * KEYS: the last fence, then one claim for each operation. ARGV: lease ms, remember ms, the owner, then for each operation
 * its name and its argument: `claim` 1 when isolated or 0; the others the fence of the claim. The reply has one text for
 * each: `claimed <fence>`, `busy`, `done`, `suspected <deaths>`; for the others `1`, or `0` when somebody else holds it.
 *
 * A claim is stored as `done`, or as `<mode>:<fence>:<until>:<deaths>:<owner>`: `held` and renewed; `left` by an owner
 * who may still be at it; `free`, kept for its deaths. A claim that is held when its time is over is one whose owner has
 * died: it outlives its lease, so that this is seen. What an owner claims again it has not heard of the first time.
 */
export const claimScript = luaScript(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local lease, remember, owner = tonumber(ARGV[1]), ARGV[2], ARGV[3]
local fence_key, last_fence = KEYS[1], nil

-- The clock has it rise even over a Redis that has lost its data; it may stand still between two scripts.
local function next_fence()
  last_fence = last_fence or tonumber(redis.call('GET', fence_key) or '0')
  last_fence = math.max(last_fence + 1, time[1] * 1000000 + time[2])
  return last_fence
end

local function read(text)
  local mode, fence, ends, deaths, by = string.match(text, '^(%a+):(%d+):(%d+):(%d+):(.*)$')
  return { mode = mode, fence = fence, ends = tonumber(ends), deaths = tonumber(deaths), owner = by }
end

local function write(key, mode, fence, deaths)
  local text = string.format('%s:%s:%.0f:%d:%s', mode, fence, now + lease, deaths, owner)
  redis.call('SET', key, text, 'PX', remember)
end

local function claim(key, isolated)
  local held = redis.call('GET', key)
  if held == 'done' then return 'done' end
  local deaths = 0
  if held then
    local state = read(held)
    local again = state.mode == 'held' and state.owner == owner
    if not again and state.mode ~= 'free' and now < state.ends then return 'busy' end
    deaths = state.deaths
    if state.mode == 'held' and not again then deaths = deaths + 1 end
    if deaths > 0 and isolated ~= '1' then return 'suspected ' .. deaths end
  end
  local fence = string.format('%.0f', next_fence())
  write(key, 'held', fence, deaths)
  return 'claimed ' .. fence
end

-- What Redis has forgotten is still its owner's.
local function own(key, fence)
  local held = redis.call('GET', key)
  if not held then return { deaths = 0 } end
  if held == 'done' then return nil end
  local state = read(held)
  if state.fence == fence then return state end
  return nil
end

local change = {
  done = function(key) redis.call('SET', key, 'done', 'PX', remember) end,
  release = function(key) redis.call('DEL', key) end,
  suspect = function(key, fence, state) write(key, 'free', fence, state.deaths + 1) end,
  leave = function(key, fence, state) write(key, 'left', fence, state.deaths) end,
  renew = function(key, fence, state) write(key, 'held', fence, state.deaths) end,
}

local replies = {}
for i = 2, #KEYS do
  local key, name, argument = KEYS[i], ARGV[2 * i], ARGV[2 * i + 1]
  if name == 'claim' then
    replies[i - 1] = claim(key, argument)
  else
    local state = own(key, argument)
    if state then change[name](key, argument, state) end
    replies[i - 1] = state and '1' or '0'
  end
end
if last_fence then redis.call('SET', fence_key, string.format('%.0f', last_fence), 'PX', remember) end
return replies`);
