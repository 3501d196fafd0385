import { z } from 'zod';
import type { Simulator } from '../simulator.ts';
import { gatewayRoutes } from './gateway-routes.ts';
import { interactionRoutes } from './interaction-routes.ts';
import { recordingRoutes } from './recording-routes.ts';
import { restRoutes } from './rest-routes.ts';
import { ControlNotFoundError, route } from './route.ts';
import type { ControlRoute } from './route.ts';
import { worldRoutes } from './world-routes.ts';

/** Every operation of the control API; `GET /control` lists them. */
export function controlRoutes(simulator: Simulator): ControlRoute[] {
  const routes = [
    ...gatewayRoutes(simulator.gateway, simulator.world),
    ...worldRoutes(simulator.world),
    ...interactionRoutes(simulator.interactions),
    ...restRoutes(simulator.rest),
    ...recordingRoutes(simulator.recording),
    ...communityRoutes(simulator),
  ];
  const overview = route(['GET', ''], z.strictObject({}), () => ({
    apiUrl: simulator.apiUrl,
    gatewayUrl: simulator.gatewayUrl,
    bots: simulator.bots.map(({ applicationId, userId, token }) => ({ applicationId, userId, token })),
    guilds: simulator.world.guilds,
    operations: routes.map(({ method, path }) => `${method} /control${path}`),
  }));
  return [overview, ...routes];
}

function communityRoutes(simulator: Simulator): ControlRoute[] {
  const schema = z.strictObject({
    eventsPerSecond: z.number().nonnegative().max(5000),
    applicationId: z.string().exactOptional(),
    seed: z.int().nonnegative().exactOptional(),
  });
  return [
    route(['PUT', '/community'], schema, (options) => simulator.startCommunity(options).statistics),
    route(['GET', '/community'], z.strictObject({}), () => {
      if (simulator.community !== undefined) return simulator.community.statistics;
      throw new ControlNotFoundError('There is no community; PUT /control/community starts one.');
    }),
    route(['DELETE', '/community'], z.strictObject({}), () => {
      simulator.community?.stop();
      return {};
    }),
  ];
}
