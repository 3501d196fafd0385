import { globalWindowMs, guardMs } from './global-lua.ts';

/** What all parts of the script use, and what is known of the bot without looking at a route, in one call. */
export const sharedLua = `
-- When a place of the global limit that was given may be given again.
local cycle = ${globalWindowMs + guardMs}
-- How long those who have gone on without Redis take to come back, in ms.
local gathering_takes = 5000
local workers, grants = root .. ':workers', root .. ':grants'
local lanes = { normal = root .. ':waiting', bulk = root .. ':waiting:bulk' }

local function text(number) return string.format('%.3f', number) end

-- What is written of this is kept here as well.
local f = redis.call('HMGET', root, 'blocked', 'since', 'origin', 'processes', 'gathering', 'gathered')
local shared = {
  blocked = tonumber(f[1] or '') or 0, since = tonumber(f[2] or '') or 0, origin = tonumber(f[3] or ''),
  processes = tonumber(f[4] or '') or 1, gathering = tonumber(f[5] or ''), gathered = tonumber(f[6] or '') or 0,
}
local limit = tonumber(ARGV[1])
if shared.gathering and math.abs(now - shared.gathered) < gathering_takes then
  limit = math.max(1, math.min(limit, math.floor(limit * shared.processes / shared.gathering)))
end
`;
