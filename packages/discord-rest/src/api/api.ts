import type { ApplicationsApi } from './applications.ts';
import type { ChannelsApi } from './channels.ts';
import type { GuildsApi } from './guilds.ts';
import type { LobbiesApi } from './lobbies.ts';
import type { UsersApi } from './users.ts';
import type { WebhooksApi } from './webhooks.ts';

/**
 * Every documented endpoint that a bot uses with its token, by method and template, with what it takes and answers. Those
 * of users (OAuth2) are not among them: they are asked with other credentials. Nor are those that others have replaced
 * (pins and nicknames of old), and the one that answers with a picture.
 */
export interface DiscordApi extends ApplicationsApi, ChannelsApi, GuildsApi, LobbiesApi, UsersApi, WebhooksApi {}

/** Method and template of an endpoint: `GET /channels/{channel.id}`. */
export type EndpointName = keyof DiscordApi;

/** The names of the variables of a template. */
export type ParameterName<Template extends string> = Template extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParameterName<Rest>
  : never;
