import type { Route } from '../route.ts';
import { applicationRoutes } from './applications.ts';
import { commandRoutes } from './commands.ts';
import { gatewayRoutes } from './gateway.ts';
import { guildRoutes } from './guilds.ts';
import { interactionRoutes } from './interactions.ts';
import { memberRoutes } from './members.ts';
import { messageRoutes } from './messages.ts';
import type { RouteSetting } from './setting.ts';
import { userRoutes } from './users.ts';
import { webhookRoutes } from './webhooks.ts';

export function allRoutes(setting: RouteSetting): Route[] {
  return [
    ...gatewayRoutes(setting),
    ...userRoutes(setting.world),
    ...applicationRoutes(setting.world),
    ...commandRoutes(setting.world),
    ...guildRoutes(setting.world),
    ...memberRoutes(setting.world),
    ...messageRoutes(setting.world),
    ...interactionRoutes(setting),
    ...webhookRoutes(setting),
  ];
}
