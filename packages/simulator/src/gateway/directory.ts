import type { APIUser, GatewayGuildCreateDispatchData } from 'discord-api-types/v10';

/** A bot as the gateway needs to know it. */
export interface GatewayBot {
  readonly applicationId: string;
  readonly user: APIUser;
  /** privileged intents switched on in the portal */
  readonly privilegedIntents: number;
  guildIds(): readonly string[];
}

/** What the gateway asks of the world. */
export interface GatewayDirectory {
  botByToken(token: string): GatewayBot | undefined;
  guildCreate(applicationId: string, guildId: string): GatewayGuildCreateDispatchData;
}
