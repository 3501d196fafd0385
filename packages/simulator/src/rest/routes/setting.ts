import type { Interactions } from '../../interactions/interactions.ts';
import type { World } from '../../world/world.ts';
import type { GatewayInformation } from '../http.ts';

/** What routes are about. */
export interface RouteSetting {
  world: World;
  interactions: Interactions;
  gateway: GatewayInformation;
}
