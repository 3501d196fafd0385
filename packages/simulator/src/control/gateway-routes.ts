import { z } from 'zod';
import type { GatewayServer } from '../gateway/server.ts';
import type { World } from '../world/world.ts';
import { route } from './route.ts';
import type { ControlRoute } from './route.ts';
import { instantiate } from './template.ts';

const selector = {
  applicationId: z.string().exactOptional(),
  shardId: z.coerce.number().int().nonnegative().exactOptional(),
  sessionId: z.string().exactOptional(),
};
const closeCode = z.int().min(1000).max(4999);
const guildId = z.string().regex(/^\d+$/);

/** Events and disturbances of the gateway. Operations on connections answer how many they met. */
export function gatewayRoutes(gateway: GatewayServer, world: World): ControlRoute[] {
  const onlyBot = (applicationId: string | undefined): string => applicationId ?? world.bots[0]?.applicationId ?? '';
  return [
    route(['GET', '/gateway/sessions'], z.strictObject(selector), (input) => gateway.sessions(input)),
    route(['GET', '/gateway/statistics'], z.strictObject({}), () => gateway.statistics),
    route(
      ['POST', '/gateway/dispatch'],
      z.strictObject({
        applicationId: z.string().exactOptional(),
        guildId: guildId.nullable().default(null),
        type: z.string().min(1),
        data: z.json(),
      }),
      (dispatch) => {
        gateway.dispatch({ ...dispatch, applicationId: onlyBot(dispatch.applicationId) });
        return {};
      },
    ),
    burstRoute(gateway, { world, onlyBot }),
    route(
      ['POST', '/gateway/disconnect'],
      z.strictObject({ ...selector, code: closeCode.exactOptional() }),
      (input) => ({
        connections: gateway.disconnect(input),
      }),
    ),
    route(['POST', '/gateway/reconnect'], z.strictObject(selector), (input) => ({
      connections: gateway.requestReconnect(input),
    })),
    route(['POST', '/gateway/heartbeat'], z.strictObject(selector), (input) => ({
      connections: gateway.requestHeartbeat(input),
    })),
    route(['POST', '/gateway/invalidate'], z.strictObject({ ...selector, resumable: z.boolean() }), (input) => ({
      sessions: gateway.invalidateSession(input),
    })),
    route(
      ['POST', '/gateway/silence'],
      z.strictObject({ ...selector, silent: z.boolean() }),
      ({ silent, ...input }) => ({
        connections: gateway.silence(input, silent),
      }),
    ),
    rawRoute(gateway),
    route(['POST', '/gateway/outage'], z.strictObject({ outage: z.boolean() }), ({ outage }) => {
      gateway.setOutage(outage);
      return {};
    }),
  ];
}

/** Answers when all is handed to the sockets. `data` is a template; see `instantiate`. */
function burstRoute(
  gateway: GatewayServer,
  { world, onlyBot }: { world: World; onlyBot: (applicationId: string | undefined) => string },
): ControlRoute {
  const schema = z.strictObject({
    applicationId: z.string().exactOptional(),
    guildId: guildId.exactOptional(),
    shardId: z.int().nonnegative().exactOptional(),
    count: z.int().positive(),
    type: z.string().min(1),
    data: z.json(),
    ratePerSecond: z.number().positive().exactOptional(),
    timeoutMs: z.number().positive().exactOptional(),
  });
  return route(['POST', '/gateway/burst'], schema, async ({ data, ...burst }) => {
    const startMs = performance.now();
    await gateway.burst({
      ...burst,
      applicationId: onlyBot(burst.applicationId),
      data: (index) => instantiate(data, index, () => world.nextId()),
    });
    return { dispatches: burst.count, elapsedMs: performance.now() - startMs };
  });
}

function rawRoute(gateway: GatewayServer): ControlRoute {
  const schema = z
    .strictObject({ ...selector, text: z.string().exactOptional(), base64: z.base64().exactOptional() })
    .refine(({ text, base64 }) => (text === undefined) !== (base64 === undefined), 'expected text or base64');
  return route(['POST', '/gateway/raw'], schema, ({ text, base64 = '', ...input }) => ({
    connections: gateway.sendRaw(input, text ?? Buffer.from(base64, 'base64')),
  }));
}
