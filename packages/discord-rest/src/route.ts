export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * One endpoint of Discord's API with its parameters in place. Everything but `path` may be shown and used as a
 * key; the path may hold an interaction token.
 */
export interface Route {
  readonly method: Method;
  /** `/channels/{channel.id}/messages`: what logs, metrics and errors show. */
  readonly template: string;
  /** Names the route among those with limits of their own: method and template. */
  readonly key: string;
  /** What is requested, below the API's base URL. Never shown. */
  readonly path: string;
  /** Id of the resource by which Discord counts limits; empty for routes without one. Never a token. */
  readonly major: string;
  /** Whether a second identical request changes nothing more, or is recognised by Discord as the same. */
  readonly repeatable: boolean;
  /** Whether it answers an interaction: authorised by the token in its path, exempt from the global limit. */
  readonly interaction: boolean;
  /** Whether the three seconds of a first response are running. */
  readonly urgent: boolean;
  /** Whether the webhook may not exist yet: Discord creates it at the acknowledgement, not always at once. */
  readonly awaitsWebhook: boolean;
}

/** What is needed to answer an interaction. The token is a secret for as long as it is valid. */
export interface InteractionReference {
  readonly id: string;
  readonly token: string;
}

type ParameterName<Template extends string> = Template extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParameterName<Rest>
  : never;

type Traits = Partial<Omit<Route, 'method' | 'template' | 'key' | 'path'>>;

function route<const Template extends string>(
  method: Method,
  template: Template,
  options: Traits & { readonly parameters: Readonly<Record<ParameterName<Template>, string>> },
): Route {
  const { parameters, ...traits } = options;
  const values = new Map<string, string>(Object.entries(parameters));
  return {
    method,
    template,
    key: `${method} ${template}`,
    path: template.replaceAll(/\{([^}]+)\}/g, (_, name: string) => encodeURIComponent(values.get(name) ?? '')),
    major: '',
    repeatable: method !== 'POST',
    interaction: false,
    urgent: false,
    awaitsWebhook: false,
    ...traits,
  };
}

/** Every endpoint that Arrakis uses. Source of each template: Discord docs, under the name of its key. */
export const routes = {
  /** Its repetition is answered with 40060, "already acknowledged". */
  createInteractionResponse: ({ id, token }: InteractionReference): Route =>
    route('POST', '/interactions/{interaction.id}/{interaction.token}/callback', {
      parameters: { 'interaction.id': id, 'interaction.token': token },
      major: id,
      repeatable: true,
      interaction: true,
      urgent: true,
    }),

  originalResponse: (
    method: 'GET' | 'PATCH' | 'DELETE',
    applicationId: string,
    { id, token }: InteractionReference,
  ): Route =>
    route(method, '/webhooks/{application.id}/{interaction.token}/messages/@original', {
      parameters: { 'application.id': applicationId, 'interaction.token': token },
      major: id,
      interaction: true,
      awaitsWebhook: method === 'PATCH',
    }),

  /** Not repeatable: webhooks know no nonce. */
  createFollowup: (applicationId: string, { id, token }: InteractionReference): Route =>
    route('POST', '/webhooks/{application.id}/{interaction.token}', {
      parameters: { 'application.id': applicationId, 'interaction.token': token },
      major: id,
      interaction: true,
      awaitsWebhook: true,
    }),

  /** Repeatable, because every message is sent with an enforced nonce. */
  createMessage: (channelId: string): Route =>
    route('POST', '/channels/{channel.id}/messages', {
      parameters: { 'channel.id': channelId },
      major: channelId,
      repeatable: true,
    }),

  /** Repeatable: it shows the same for ten seconds more. */
  triggerTyping: (channelId: string): Route =>
    route('POST', '/channels/{channel.id}/typing', {
      parameters: { 'channel.id': channelId },
      major: channelId,
      repeatable: true,
    }),

  /** Repeatable: the same recipient gives the same channel. */
  createDm: (): Route => route('POST', '/users/@me/channels', { parameters: {}, repeatable: true }),

  guildMember: (guildId: string, userId: string): Route =>
    route('GET', '/guilds/{guild.id}/members/{user.id}', {
      parameters: { 'guild.id': guildId, 'user.id': userId },
      major: guildId,
    }),

  guildMemberRole: (method: 'PUT' | 'DELETE', { guildId, userId, roleId }: RoleAssignment): Route =>
    route(method, '/guilds/{guild.id}/members/{user.id}/roles/{role.id}', {
      parameters: { 'guild.id': guildId, 'user.id': userId, 'role.id': roleId },
      major: guildId,
    }),

  /** All commands of the bot, or those of one guild; read with their translations. */
  commands: (method: 'GET' | 'PUT', applicationId: string, guildId: string | undefined): Route => {
    const all =
      guildId === undefined
        ? route(method, '/applications/{application.id}/commands', { parameters: { 'application.id': applicationId } })
        : route(method, '/applications/{application.id}/guilds/{guild.id}/commands', {
            parameters: { 'application.id': applicationId, 'guild.id': guildId },
            major: guildId,
          });
    return method === 'GET' ? { ...all, path: `${all.path}?with_localizations=true` } : all;
  },

  gatewayBot: (): Route => route('GET', '/gateway/bot', { parameters: {} }),
};

/** A role of a member of a guild. */
export interface RoleAssignment {
  readonly guildId: string;
  readonly userId: string;
  readonly roleId: string;
}
