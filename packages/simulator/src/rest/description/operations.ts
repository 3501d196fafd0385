/** The schemas of an operation in Discord's OpenAPI description, by their names there. */
export interface Operation {
  /** a body must fit one of them; absent where the operation takes none */
  request?: readonly string[];
  /** the body must be a list of these */
  requestList?: string;
  response?: readonly string[];
  responseList?: string;
}

const commandCreation: Operation = {
  request: ['ApplicationCommandCreateRequest'],
  response: ['ApplicationCommandResponse'],
};
const commandOverwrite: Operation = {
  requestList: 'ApplicationCommandUpdateRequest',
  responseList: 'ApplicationCommandResponse',
};
const commandList: Operation = { responseList: 'ApplicationCommandResponse' };
const command: Operation = { response: ['ApplicationCommandResponse'] };
const commandEdit: Operation = {
  request: ['ApplicationCommandPatchRequestPartial'],
  response: ['ApplicationCommandResponse'],
};
const message: Operation = { response: ['MessageResponse'] };
const webhookEdit: Operation = { request: ['IncomingWebhookUpdateRequestPartial'], response: ['MessageResponse'] };
const privateApplication: Operation = { response: ['PrivateApplicationResponse'] };

const globalCommands = '/applications/{application.id}/commands';
const guildCommands = '/applications/{application.id}/guilds/{guild.id}/commands';
const webhook = '/webhooks/{application.id}/{interaction.token}';
const channelMessages = '/channels/{channel.id}/messages';

/** The operations that the simulator knows, by method and template. */
export const operations: Readonly<Record<string, Operation>> = {
  'GET /gateway': { response: ['GatewayResponse'] },
  'GET /gateway/bot': { response: ['GatewayBotResponse'] },
  'GET /users/@me': { response: ['UserPIIResponse'] },
  'GET /users/{user.id}': { response: ['UserResponse'] },
  'GET /applications/@me': privateApplication,
  'GET /oauth2/applications/@me': privateApplication,
  'POST /users/@me/channels': { request: ['CreatePrivateChannelRequest'], response: ['PrivateChannelResponse'] },
  'GET /channels/{channel.id}': { response: ['GuildChannelResponse', 'PrivateChannelResponse'] },
  [`GET ${channelMessages}`]: { responseList: 'MessageResponse' },
  [`POST ${channelMessages}`]: { request: ['MessageCreateRequest'], response: ['MessageResponse'] },
  [`GET ${channelMessages}/{message.id}`]: message,
  [`PATCH ${channelMessages}/{message.id}`]: { request: ['MessageEditRequestPartial'], response: ['MessageResponse'] },
  [`DELETE ${channelMessages}/{message.id}`]: {},
  'GET /guilds/{guild.id}': { response: ['GuildWithCountsResponse'] },
  'GET /guilds/{guild.id}/channels': { responseList: 'GuildChannelResponse' },
  'GET /guilds/{guild.id}/roles': { responseList: 'GuildRoleResponse' },
  'GET /guilds/{guild.id}/members': { responseList: 'GuildMemberResponse' },
  'GET /guilds/{guild.id}/members/{user.id}': { response: ['GuildMemberResponse'] },
  'PUT /guilds/{guild.id}/members/{user.id}/roles/{role.id}': {},
  'DELETE /guilds/{guild.id}/members/{user.id}/roles/{role.id}': {},
  [`GET ${globalCommands}`]: commandList,
  [`PUT ${globalCommands}`]: commandOverwrite,
  [`POST ${globalCommands}`]: commandCreation,
  [`GET ${globalCommands}/{command.id}`]: command,
  [`PATCH ${globalCommands}/{command.id}`]: commandEdit,
  [`DELETE ${globalCommands}/{command.id}`]: {},
  [`GET ${guildCommands}`]: commandList,
  [`PUT ${guildCommands}`]: commandOverwrite,
  [`POST ${guildCommands}`]: commandCreation,
  [`GET ${guildCommands}/{command.id}`]: command,
  [`PATCH ${guildCommands}/{command.id}`]: commandEdit,
  [`DELETE ${guildCommands}/{command.id}`]: {},
  'POST /interactions/{interaction.id}/{interaction.token}/callback': {
    request: [
      'ApplicationCommandAutocompleteCallbackRequest',
      'CreateMessageInteractionCallbackRequest',
      'ModalInteractionCallbackRequest',
      'PongInteractionCallbackRequest',
      'UpdateMessageInteractionCallbackRequest',
    ],
    response: ['InteractionCallbackResponse'],
  },
  [`POST ${webhook}`]: { request: ['IncomingWebhookRequestPartial'], response: ['MessageResponse'] },
  [`GET ${webhook}/messages/@original`]: message,
  [`PATCH ${webhook}/messages/@original`]: webhookEdit,
  [`DELETE ${webhook}/messages/@original`]: {},
  [`GET ${webhook}/messages/{message.id}`]: message,
  [`PATCH ${webhook}/messages/{message.id}`]: webhookEdit,
  [`DELETE ${webhook}/messages/{message.id}`]: {},
};
