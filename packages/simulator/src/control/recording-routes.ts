import { z } from 'zod';
import type { Recording } from '../recording.ts';
import { route } from './route.ts';
import type { ControlRoute } from './route.ts';

const applicationId = z.string().exactOptional();

/** What went between the simulator and its clients. Times are milliseconds since `epochOffsetMs`, which is Unix milliseconds. */
export function recordingRoutes(recording: Recording): ControlRoute[] {
  return [
    route(['GET', '/recording'], z.strictObject({}), () => ({
      totals: recording.totals,
      nowMs: recording.now(),
      epochOffsetMs: recording.epochOffsetMs,
    })),
    route(
      ['GET', '/recording/requests'],
      z.strictObject({
        method: z.string().exactOptional(),
        route: z.string().exactOptional(),
        status: z.coerce.number().int().exactOptional(),
        applicationId,
      }),
      (filter) => recording.requests(filter),
    ),
    route(
      ['GET', '/recording/sent'],
      z.strictObject({ op: z.coerce.number().int().exactOptional(), applicationId }),
      (filter) => recording.sent(filter),
    ),
    route(
      ['GET', '/recording/dispatched'],
      z.strictObject({ type: z.string().exactOptional(), applicationId }),
      (filter) => recording.dispatched(filter),
    ),
    route(['GET', '/recording/violations'], z.strictObject({}), () => recording.violations()),
    route(['DELETE', '/recording'], z.strictObject({}), () => {
      recording.clear();
      return {};
    }),
  ];
}
