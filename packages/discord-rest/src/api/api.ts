import type { ApplicationsApi } from './applications.ts';
import type { ChannelsApi } from './channels.ts';
import type { GuildsApi } from './guilds.ts';
import type { UsersApi } from './users.ts';
import type { WebhooksApi } from './webhooks.ts';

/**
 * Every documented endpoint that a bot uses with its token, by method and template, with what it takes and answers. Those
 * of the OAuth2 flow are not among them: they are asked with other credentials.
 */
export interface DiscordApi extends ApplicationsApi, ChannelsApi, GuildsApi, UsersApi, WebhooksApi {}

/** Method and template of an endpoint: `GET /channels/{channel.id}`. */
export type EndpointName = keyof DiscordApi;

/** The names of the variables of a template. */
export type ParameterName<Template extends string> = Template extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParameterName<Rest>
  : never;
