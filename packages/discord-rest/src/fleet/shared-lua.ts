/** Discord counts a second. Source: Discord docs, Rate Limits, "Global Rate Limit". */
export const globalWindowMs = 1_000;

/**
 * What separates the same place in two seconds beyond that, in ms: requests do not all take equally long to Discord.
 */
export const guardMs = 20;

/** What all parts of the script use, and what is known of the bot without looking at a route, in one call. */
export const sharedLua = `
-- When a place of the global limit that was given may be given again.
local cycle = ${globalWindowMs + guardMs}
-- How long the log of grants is kept, in ms: longer than \`present\` can be late, which renews it beside the first of its grants.
local log_kept = 60000
-- How long those who have gone on without Redis take to come back, in ms.
local gathering_takes = 5000
local workers, grants = root .. ':workers', root .. ':grants'
local lanes = { normal = root .. ':waiting', bulk = root .. ':waiting:bulk' }

local function text(number) return string.format('%.3f', number) end

-- What is written of this is kept here as well.
local stored = redis.call('HMGET', root, 'blocked', 'since', 'origin', 'processes', 'gathering', 'gathered', 'awaited')
local shared = {
  blocked = tonumber(stored[1] or '') or 0, since = tonumber(stored[2] or '') or 0, origin = tonumber(stored[3] or ''),
  processes = tonumber(stored[4] or '') or 1, gathering = tonumber(stored[5] or '') or 1, gathered = tonumber(stored[6] or ''),
  -- Until when somebody may wait for the global limit.
  awaited = tonumber(stored[7] or '') or 0,
}

local function is_gathering() return shared.gathered and math.abs(now - shared.gathered) < gathering_takes end

-- How many processes share the limits, those included who are on their way back.
local function process_count()
  return is_gathering() and math.max(shared.processes, shared.gathering) or shared.processes
end

-- A place, or with \`probe\` a try, with the bucket and its window in which it counts.
local function go(delay, group, window, probe)
  return string.format('go %d %d %d %s', delay, window, probe and 1 or 0, group)
end

local limit = tonumber(string.match(ARGV[1], '^%d+'))
if is_gathering() then
  limit = math.max(1, math.min(limit, math.floor(limit * shared.processes / shared.gathering)))
end
`;
