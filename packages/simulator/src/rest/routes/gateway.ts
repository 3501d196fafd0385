import { botRoute, ok, openRoute } from '../route.ts';
import type { Route } from '../route.ts';
import type { RouteSetting } from './setting.ts';

/** docs: Gateway, Get Gateway and Get Gateway Bot */
export function gatewayRoutes({ world, gateway }: RouteSetting): Route[] {
  return [
    openRoute('GET', '/gateway', () => ok({ url: gateway.botInformation(world.bots[0]?.applicationId ?? '').url })),
    botRoute('GET', '/gateway/bot', ({ bot }) => ok(gateway.botInformation(bot.applicationId))),
  ];
}
