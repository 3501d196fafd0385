import type * as Api from 'discord-api-types/v10';
import type { Endpoint } from './endpoint.ts';

/** Applications, their commands and what they sell. Source: Discord docs; each type of discord-api-types links its section. */
export interface ApplicationsApi {
  readonly 'GET /applications/{application.id}/role-connections/metadata': Endpoint<Api.RESTGetAPIApplicationRoleConnectionMetadataResult>;
  readonly 'PUT /applications/{application.id}/role-connections/metadata': Endpoint<
    Api.RESTPutAPIApplicationRoleConnectionMetadataResult,
    Api.RESTPutAPIApplicationRoleConnectionMetadataJSONBody
  >;
  readonly 'GET /applications/{application.id}/commands': Endpoint<
    Api.RESTGetAPIApplicationCommandsResult,
    undefined,
    Api.RESTGetAPIApplicationCommandsQuery
  >;
  readonly 'PUT /applications/{application.id}/commands': Endpoint<
    Api.RESTPutAPIApplicationCommandsResult,
    Api.RESTPutAPIApplicationCommandsJSONBody
  >;
  readonly 'POST /applications/{application.id}/commands': Endpoint<
    Api.RESTPostAPIApplicationCommandsResult,
    Api.RESTPostAPIApplicationCommandsJSONBody
  >;
  readonly 'GET /applications/{application.id}/commands/{command.id}': Endpoint<Api.RESTGetAPIApplicationCommandResult>;
  readonly 'PATCH /applications/{application.id}/commands/{command.id}': Endpoint<
    Api.RESTPatchAPIApplicationCommandResult,
    Api.RESTPatchAPIApplicationCommandJSONBody
  >;
  readonly 'DELETE /applications/{application.id}/commands/{command.id}': Endpoint<undefined>;
  readonly 'GET /applications/{application.id}/guilds/{guild.id}/commands': Endpoint<
    Api.RESTGetAPIApplicationGuildCommandsResult,
    undefined,
    Api.RESTGetAPIApplicationGuildCommandsQuery
  >;
  readonly 'PUT /applications/{application.id}/guilds/{guild.id}/commands': Endpoint<
    Api.RESTPutAPIApplicationGuildCommandsResult,
    Api.RESTPutAPIApplicationGuildCommandsJSONBody
  >;
  readonly 'POST /applications/{application.id}/guilds/{guild.id}/commands': Endpoint<
    Api.RESTPostAPIApplicationGuildCommandsResult,
    Api.RESTPostAPIApplicationGuildCommandsJSONBody
  >;
  readonly 'GET /applications/{application.id}/guilds/{guild.id}/commands/{command.id}': Endpoint<Api.RESTGetAPIApplicationGuildCommandResult>;
  readonly 'PATCH /applications/{application.id}/guilds/{guild.id}/commands/{command.id}': Endpoint<
    Api.RESTPatchAPIApplicationGuildCommandResult,
    Api.RESTPatchAPIApplicationGuildCommandJSONBody
  >;
  readonly 'DELETE /applications/{application.id}/guilds/{guild.id}/commands/{command.id}': Endpoint<undefined>;
  readonly 'GET /applications/{application.id}/guilds/{guild.id}/commands/permissions': Endpoint<Api.RESTGetAPIGuildApplicationCommandsPermissionsResult>;
  readonly 'PUT /applications/{application.id}/guilds/{guild.id}/commands/permissions': Endpoint<
    Api.RESTPutAPIGuildApplicationCommandsPermissionsResult,
    Api.RESTPutAPIGuildApplicationCommandsPermissionsJSONBody
  >;
  readonly 'GET /applications/{application.id}/guilds/{guild.id}/commands/{command.id}/permissions': Endpoint<Api.RESTGetAPIApplicationCommandPermissionsResult>;
  readonly 'PUT /applications/{application.id}/guilds/{guild.id}/commands/{command.id}/permissions': Endpoint<
    Api.RESTPutAPIApplicationCommandPermissionsResult,
    Api.RESTPutAPIApplicationCommandPermissionsJSONBody
  >;
  readonly 'GET /applications/@me': Endpoint<Api.RESTGetCurrentApplicationResult>;
  readonly 'PATCH /applications/@me': Endpoint<
    Api.RESTPatchCurrentApplicationResult,
    Api.RESTPatchCurrentApplicationJSONBody
  >;
  readonly 'GET /applications/{application.id}/activity-instances/{instance_id}': Endpoint<Api.RESTGetAPIApplicationActivityInstanceResult>;
  readonly 'GET /applications/{application.id}/entitlements': Endpoint<
    Api.RESTGetAPIEntitlementsResult,
    undefined,
    Api.RESTGetAPIEntitlementsQuery
  >;
  readonly 'POST /applications/{application.id}/entitlements': Endpoint<
    Api.RESTPostAPIEntitlementResult,
    Api.RESTPostAPIEntitlementJSONBody
  >;
  readonly 'GET /applications/{application.id}/entitlements/{entitlement.id}': Endpoint<Api.RESTGetAPIEntitlementResult>;
  readonly 'DELETE /applications/{application.id}/entitlements/{entitlement.id}': Endpoint<Api.RESTDeleteAPIEntitlementResult>;
  readonly 'GET /applications/{application.id}/skus': Endpoint<Api.RESTGetAPISKUsResult>;
  readonly 'POST /applications/{application.id}/entitlements/{entitlement.id}/consume': Endpoint<Api.RESTPostAPIEntitlementConsumeResult>;
  readonly 'GET /applications/{application.id}/emojis': Endpoint<Api.RESTGetAPIApplicationEmojisResult>;
  readonly 'POST /applications/{application.id}/emojis': Endpoint<
    Api.RESTPostAPIApplicationEmojiResult,
    Api.RESTPostAPIApplicationEmojiJSONBody
  >;
  readonly 'GET /applications/{application.id}/emojis/{emoji.id}': Endpoint<Api.RESTGetAPIApplicationEmojiResult>;
  readonly 'PATCH /applications/{application.id}/emojis/{emoji.id}': Endpoint<
    Api.RESTPatchAPIApplicationEmojiResult,
    Api.RESTPatchAPIApplicationEmojiJSONBody
  >;
  readonly 'DELETE /applications/{application.id}/emojis/{emoji.id}': Endpoint<Api.RESTDeleteAPIApplicationEmojiResult>;
  readonly 'GET /skus/{sku.id}/subscriptions': Endpoint<
    Api.RESTGetAPISKUSubscriptionsResult,
    undefined,
    Api.RESTGetAPISKUSubscriptionsQuery
  >;
  readonly 'GET /skus/{sku.id}/subscriptions/{subscription.id}': Endpoint<Api.RESTGetAPISKUSubscriptionResult>;
  readonly 'GET /applications/{application.id}/users/{user.id}/identities/{provider_issued_user_id}/profile': Endpoint<Api.RESTGetAPIApplicationIdentityProfileResult>;
  readonly 'PATCH /applications/{application.id}/users/{user.id}/identities/{provider_issued_user_id}/profile': Endpoint<
    Api.RESTPatchAPIApplicationIdentityProfileResult,
    Api.RESTPatchAPIApplicationIdentityProfileJSONBody
  >;
  readonly 'GET /applications/{application.id}/application-identities/{provider_type}/{provider_issued_user_id}': Endpoint<
    Api.RESTGetAPIApplicationIdentitiesResult,
    undefined,
    Api.RESTGetAPIApplicationIdentitiesQuery
  >;
}
