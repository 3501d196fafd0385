import type { Service } from '@arrakis/service';
import type { ClaimOptions } from './claim-store.ts';
import { StateManager } from './state-manager.ts';

/** The settings of a service that say which Redis it uses. */
export interface StateSettings {
  readonly REDIS_URL: string;
  readonly ARRAKIS_NAMESPACE: string;
}

/**
 * What a service shares with its fleet: the loss of Redis is logged, and the connection is closed at the end.
 * Whether a service without Redis is ready is for the service to say.
 */
export function serviceState(
  service: Service,
  settings: StateSettings,
  options: { readonly applicationId: string; readonly claims?: ClaimOptions },
): StateManager {
  const state = new StateManager({
    url: settings.REDIS_URL,
    namespace: settings.ARRAKIS_NAMESPACE,
    onAvailability: (available, cause) =>
      available ? service.log.info('Redis connected') : service.log.warn({ err: cause }, 'Redis lost'),
    ...options,
  });
  service.defer('redis', 1_000, () => state.close());
  return state;
}
