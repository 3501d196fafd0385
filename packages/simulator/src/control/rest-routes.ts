import { z } from 'zod';
import { faultSchema } from '../rest/faults.ts';
import { limitOptionsSchema } from '../rest/rate-limits/options.ts';
import type { RestApi } from '../rest/rest-api.ts';
import { ControlNotFoundError, route } from './route.ts';
import type { ControlRoute } from './route.ts';

/** Rate limits and faults of the REST API. */
export function restRoutes(rest: RestApi): ControlRoute[] {
  return [
    route(['GET', '/rest/statistics'], z.strictObject({}), () => rest.statistics()),
    route(['PUT', '/rest/limits'], limitOptionsSchema, (limits) => {
      rest.setLimits(limits);
      return {};
    }),
    route(['POST', '/rest/faults'], faultSchema, (fault) => ({ id: rest.addFault(fault).id })),
    route(['DELETE', '/rest/faults'], z.strictObject({}), () => {
      rest.clearFaults();
      return {};
    }),
    route(['DELETE', '/rest/faults/:id'], z.strictObject({ id: z.coerce.number().int() }), ({ id }) => {
      if (!rest.removeFault(id)) throw new ControlNotFoundError(`There is no fault ${id}.`);
      return {};
    }),
  ];
}
