import type * as Api from 'discord-api-types/v10';
import type { Endpoint } from './endpoint.ts';

/** Channels, their messages, threads and pins. Source: Discord docs; each type of discord-api-types links its section. */
export interface ChannelsApi {
  readonly 'GET /channels/{channel.id}': Endpoint<Api.RESTGetAPIChannelResult>;
  readonly 'PATCH /channels/{channel.id}': Endpoint<Api.RESTPatchAPIChannelResult, Api.RESTPatchAPIChannelJSONBody>;
  readonly 'DELETE /channels/{channel.id}': Endpoint<Api.RESTDeleteAPIChannelResult>;
  readonly 'GET /channels/{channel.id}/messages': Endpoint<
    Api.RESTGetAPIChannelMessagesResult,
    undefined,
    Api.RESTGetAPIChannelMessagesQuery
  >;
  readonly 'POST /channels/{channel.id}/messages': Endpoint<
    Api.RESTPostAPIChannelMessageResult,
    Api.RESTPostAPIChannelMessageJSONBody
  >;
  readonly 'GET /channels/{channel.id}/messages/{message.id}': Endpoint<Api.RESTGetAPIChannelMessageResult>;
  readonly 'PATCH /channels/{channel.id}/messages/{message.id}': Endpoint<
    Api.RESTPatchAPIChannelMessageResult,
    Api.RESTPatchAPIChannelMessageJSONBody
  >;
  readonly 'DELETE /channels/{channel.id}/messages/{message.id}': Endpoint<Api.RESTDeleteAPIChannelMessageResult>;
  readonly 'POST /channels/{channel.id}/messages/{message.id}/crosspost': Endpoint<Api.RESTPostAPIChannelMessageCrosspostResult>;
  readonly 'PUT /channels/{channel.id}/messages/{message.id}/reactions/{emoji}/@me': Endpoint<Api.RESTPutAPIChannelMessageReactionResult>;
  readonly 'DELETE /channels/{channel.id}/messages/{message.id}/reactions/{emoji}/@me': Endpoint<undefined>;
  readonly 'DELETE /channels/{channel.id}/messages/{message.id}/reactions/{emoji}/{user.id}': Endpoint<Api.RESTDeleteAPIChannelMessageUserReactionResult>;
  readonly 'GET /channels/{channel.id}/messages/{message.id}/reactions/{emoji}': Endpoint<
    Api.RESTGetAPIChannelMessageReactionUsersResult,
    undefined,
    Api.RESTGetAPIChannelMessageReactionUsersQuery
  >;
  readonly 'DELETE /channels/{channel.id}/messages/{message.id}/reactions/{emoji}': Endpoint<Api.RESTDeleteAPIChannelMessageReactionResult>;
  readonly 'DELETE /channels/{channel.id}/messages/{message.id}/reactions': Endpoint<Api.RESTDeleteAPIChannelAllMessageReactionsResult>;
  readonly 'POST /channels/{channel.id}/messages/bulk-delete': Endpoint<
    Api.RESTPostAPIChannelMessagesBulkDeleteResult,
    Api.RESTPostAPIChannelMessagesBulkDeleteJSONBody
  >;
  readonly 'PUT /channels/{channel.id}/permissions/{overwrite.id}': Endpoint<
    Api.RESTPutAPIChannelPermissionResult,
    Api.RESTPutAPIChannelPermissionJSONBody
  >;
  readonly 'DELETE /channels/{channel.id}/permissions/{overwrite.id}': Endpoint<Api.RESTDeleteAPIChannelPermissionResult>;
  readonly 'GET /channels/{channel.id}/invites': Endpoint<Api.RESTGetAPIChannelInvitesResult>;
  readonly 'POST /channels/{channel.id}/invites': Endpoint<
    Api.RESTPostAPIChannelInviteResult,
    Api.RESTPostAPIChannelInviteJSONBody
  >;
  readonly 'POST /channels/{channel.id}/followers': Endpoint<
    Api.RESTPostAPIChannelFollowersResult,
    Api.RESTPostAPIChannelFollowersJSONBody
  >;
  readonly 'POST /channels/{channel.id}/typing': Endpoint<Api.RESTPostAPIChannelTypingResult>;
  readonly 'GET /channels/{channel.id}/messages/pins': Endpoint<
    Api.RESTGetAPIChannelMessagesPinsResult,
    undefined,
    Api.RESTGetAPIChannelMessagesPinsQuery
  >;
  readonly 'PUT /channels/{channel.id}/messages/pins/{message.id}': Endpoint<Api.RESTPutAPIChannelMessagesPinResult>;
  readonly 'DELETE /channels/{channel.id}/messages/pins/{message.id}': Endpoint<Api.RESTDeleteAPIChannelMessagesPinResult>;
  readonly 'PUT /channels/{channel.id}/recipients/{user.id}': Endpoint<
    Api.RESTPutAPIChannelRecipientResult,
    Api.RESTPutAPIChannelRecipientJSONBody
  >;
  readonly 'DELETE /channels/{channel.id}/recipients/{user.id}': Endpoint<Api.RESTDeleteAPIChannelRecipientResult>;
  readonly 'PUT /channels/{channel.id}/voice-status': Endpoint<
    Api.RESTPutAPIChannelVoiceStatusResult,
    Api.RESTPutAPIChannelVoiceStatusJSONBody
  >;
  readonly 'GET /channels/{channel.id}/polls/{message.id}/answers/{answer_id}': Endpoint<
    Api.RESTGetAPIPollAnswerVotersResult,
    undefined,
    Api.RESTGetAPIPollAnswerVotersQuery
  >;
  readonly 'POST /channels/{channel.id}/polls/{message.id}/expire': Endpoint<Api.RESTPostAPIPollExpireResult>;
  readonly 'POST /channels/{channel.id}/threads': Endpoint<
    Api.RESTPostAPIChannelThreadsResult,
    Api.RESTPostAPIChannelThreadsJSONBody | Api.RESTPostAPIGuildForumThreadsJSONBody
  >;
  readonly 'POST /channels/{channel.id}/messages/{message.id}/threads': Endpoint<
    Api.RESTPostAPIChannelMessagesThreadsResult,
    Api.RESTPostAPIChannelMessagesThreadsJSONBody
  >;
  readonly 'GET /channels/{channel.id}/threads/archived/public': Endpoint<
    Api.RESTGetAPIChannelThreadsArchivedPublicResult,
    undefined,
    Api.RESTGetAPIChannelThreadsArchivedQuery
  >;
  readonly 'GET /channels/{channel.id}/threads/archived/private': Endpoint<
    Api.RESTGetAPIChannelThreadsArchivedPrivateResult,
    undefined,
    Api.RESTGetAPIChannelThreadsArchivedQuery
  >;
  readonly 'GET /channels/{channel.id}/users/@me/threads/archived/private': Endpoint<
    Api.RESTGetAPIChannelUsersThreadsArchivedResult,
    undefined,
    Api.RESTGetAPIChannelThreadsArchivedQuery
  >;
  readonly 'GET /channels/{thread.id}/thread-members': Endpoint<
    Api.RESTGetAPIChannelThreadMembersResult,
    undefined,
    Api.RESTGetAPIChannelThreadMembersQuery
  >;
  readonly 'GET /channels/{thread.id}/thread-members/{user.id}': Endpoint<
    Api.RESTGetAPIChannelThreadMemberResult,
    undefined,
    Api.RESTGetAPIChannelThreadMemberQuery
  >;
  readonly 'PUT /channels/{thread.id}/thread-members/@me': Endpoint<Api.RESTPutAPIChannelThreadMembersResult>;
  readonly 'PUT /channels/{thread.id}/thread-members/{user.id}': Endpoint<Api.RESTPutAPIChannelThreadMembersResult>;
  readonly 'DELETE /channels/{thread.id}/thread-members/@me': Endpoint<Api.RESTDeleteAPIChannelThreadMembersResult>;
  readonly 'DELETE /channels/{thread.id}/thread-members/{user.id}': Endpoint<Api.RESTDeleteAPIChannelThreadMembersResult>;
  readonly 'GET /channels/{channel.id}/webhooks': Endpoint<Api.RESTGetAPIChannelWebhooksResult>;
  readonly 'POST /channels/{channel.id}/webhooks': Endpoint<
    Api.RESTPostAPIChannelWebhookResult,
    Api.RESTPostAPIChannelWebhookJSONBody
  >;
  readonly 'POST /channels/{channel.id}/send-soundboard-sound': Endpoint<
    undefined,
    Api.RESTPostAPISoundboardSendSoundJSONBody
  >;
}
