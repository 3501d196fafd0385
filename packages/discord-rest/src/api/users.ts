import type * as Api from 'discord-api-types/v10';
import type { Endpoint } from './endpoint.ts';

/** Users, and what belongs to nobody. Source: Discord docs; each type of discord-api-types links its section. */
export interface UsersApi {
  readonly 'GET /invites/{invite.code}': Endpoint<Api.RESTGetAPIInviteResult, undefined, Api.RESTGetAPIInviteQuery>;
  readonly 'DELETE /invites/{invite.code}': Endpoint<Api.RESTDeleteAPIInviteResult>;
  readonly 'GET /invites/{invite.code}/target-users': Endpoint<Api.RESTGetAPIInviteTargetUsersResult>;
  readonly 'PUT /invites/{invite.code}/target-users': Endpoint<Api.RESTPutAPIInviteTargetUsersResult>;
  readonly 'GET /invites/{invite.code}/target-users/job-status': Endpoint<Api.RESTGetAPIInviteTargetUsersJobStatusResult>;
  readonly 'GET /users/@me': Endpoint<Api.RESTGetAPICurrentUserResult>;
  readonly 'GET /users/{user.id}': Endpoint<Api.RESTGetAPIUserResult>;
  readonly 'PATCH /users/@me': Endpoint<Api.RESTPatchAPICurrentUserResult, Api.RESTPatchAPICurrentUserJSONBody>;
  readonly 'GET /users/@me/applications/{application.id}/role-connection': Endpoint<Api.RESTGetAPICurrentUserApplicationRoleConnectionResult>;
  readonly 'PUT /users/@me/applications/{application.id}/role-connection': Endpoint<
    Api.RESTPutAPICurrentUserApplicationRoleConnectionResult,
    Api.RESTPutAPICurrentUserApplicationRoleConnectionJSONBody
  >;
  readonly 'DELETE /users/@me/applications/{application.id}/role-connection': Endpoint<Api.RESTDeleteAPICurrentUserApplicationRoleConnectionResult>;
  readonly 'GET /users/@me/guilds': Endpoint<
    Api.RESTGetAPICurrentUserGuildsResult,
    undefined,
    Api.RESTGetAPICurrentUserGuildsQuery
  >;
  readonly 'GET /users/@me/guilds/{guild.id}/member': Endpoint<Api.RESTGetCurrentUserGuildMemberResult>;
  readonly 'DELETE /users/@me/guilds/{guild.id}': Endpoint<Api.RESTDeleteAPICurrentUserGuildResult>;
  readonly 'POST /users/@me/channels': Endpoint<
    Api.RESTPostAPICurrentUserCreateDMChannelResult,
    Api.RESTPostAPICurrentUserCreateDMChannelJSONBody
  >;
  readonly 'GET /users/@me/connections': Endpoint<Api.RESTGetAPICurrentUserConnectionsResult>;
  readonly 'GET /voice/regions': Endpoint<Api.RESTGetAPIVoiceRegionsResult>;
  readonly 'GET /gateway': Endpoint<Api.RESTGetAPIGatewayResult>;
  readonly 'GET /gateway/bot': Endpoint<Api.RESTGetAPIGatewayBotResult>;
  readonly 'GET /oauth2/applications/@me': Endpoint<Api.RESTGetAPIOAuth2CurrentApplicationResult>;
  readonly 'GET /oauth2/@me': Endpoint<Api.RESTGetAPIOAuth2CurrentAuthorizationResult>;
  readonly 'POST /stage-instances': Endpoint<Api.RESTPostAPIStageInstanceResult, Api.RESTPostAPIStageInstanceJSONBody>;
  readonly 'GET /stage-instances/{channel.id}': Endpoint<Api.RESTGetAPIStageInstanceResult>;
  readonly 'PATCH /stage-instances/{channel.id}': Endpoint<
    Api.RESTPatchAPIStageInstanceResult,
    Api.RESTPatchAPIStageInstanceJSONBody
  >;
  readonly 'DELETE /stage-instances/{channel.id}': Endpoint<Api.RESTDeleteAPIStageInstanceResult>;
  readonly 'GET /stickers/{sticker.id}': Endpoint<Api.RESTGetAPIStickerResult>;
  readonly 'GET /sticker-packs': Endpoint<Api.RESTGetStickerPacksResult>;
  readonly 'GET /sticker-packs/{pack.id}': Endpoint<Api.RESTGetAPIStickerPackResult>;
  readonly 'GET /soundboard-default-sounds': Endpoint<Api.RESTGetAPISoundboardDefaultSoundsResult>;
  readonly 'GET /users/{user.id}/application-identities/{application.id}': Endpoint<Api.RESTGetAPIUserApplicationIdentitiesResult>;
  readonly 'POST /users/{user.id}/application-identities/{application.id}/{provider_type}/{provider_issued_user_id}/delete': Endpoint<
    Api.RESTPostAPIApplicationIdentityDeleteResult,
    Api.RESTPostAPIApplicationIdentityDeleteJSONBody
  >;
}
