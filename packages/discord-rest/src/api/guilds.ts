import type * as Api from 'discord-api-types/v10';
import type { Endpoint } from './endpoint.ts';

/** Guilds, their members, roles and what else they have. Source: Discord docs; each type of discord-api-types links its section. */
export interface GuildsApi {
  readonly 'GET /guilds/{guild.id}/auto-moderation/rules': Endpoint<Api.RESTGetAPIAutoModerationRulesResult>;
  readonly 'POST /guilds/{guild.id}/auto-moderation/rules': Endpoint<
    Api.RESTPostAPIAutoModerationRuleResult,
    Api.RESTPostAPIAutoModerationRuleJSONBody
  >;
  readonly 'GET /guilds/{guild.id}/auto-moderation/rules/{rule.id}': Endpoint<Api.RESTGetAPIAutoModerationRuleResult>;
  readonly 'PATCH /guilds/{guild.id}/auto-moderation/rules/{rule.id}': Endpoint<
    Api.RESTPatchAPIAutoModerationRuleResult,
    Api.RESTPatchAPIAutoModerationRuleJSONBody
  >;
  readonly 'DELETE /guilds/{guild.id}/auto-moderation/rules/{rule.id}': Endpoint<Api.RESTDeleteAPIAutoModerationRuleResult>;
  readonly 'GET /guilds/{guild.id}/audit-logs': Endpoint<
    Api.RESTGetAPIAuditLogResult,
    undefined,
    Api.RESTGetAPIAuditLogQuery
  >;
  readonly 'GET /guilds/{guild.id}/emojis': Endpoint<Api.RESTGetAPIGuildEmojisResult>;
  readonly 'POST /guilds/{guild.id}/emojis': Endpoint<
    Api.RESTPostAPIGuildEmojiResult,
    Api.RESTPostAPIGuildEmojiJSONBody
  >;
  readonly 'GET /guilds/{guild.id}/emojis/{emoji.id}': Endpoint<Api.RESTGetAPIGuildEmojiResult>;
  readonly 'PATCH /guilds/{guild.id}/emojis/{emoji.id}': Endpoint<
    Api.RESTPatchAPIGuildEmojiResult,
    Api.RESTPatchAPIGuildEmojiJSONBody
  >;
  readonly 'DELETE /guilds/{guild.id}/emojis/{emoji.id}': Endpoint<Api.RESTDeleteAPIGuildEmojiResult>;
  readonly 'GET /guilds/{guild.id}': Endpoint<Api.RESTGetAPIGuildResult, undefined, Api.RESTGetAPIGuildQuery>;
  readonly 'PATCH /guilds/{guild.id}': Endpoint<Api.RESTPatchAPIGuildResult, Api.RESTPatchAPIGuildJSONBody>;
  readonly 'GET /guilds/{guild.id}/preview': Endpoint<Api.RESTGetAPIGuildPreviewResult>;
  readonly 'GET /guilds/{guild.id}/channels': Endpoint<Api.RESTGetAPIGuildChannelsResult>;
  readonly 'POST /guilds/{guild.id}/channels': Endpoint<
    Api.RESTPostAPIGuildChannelResult,
    Api.RESTPostAPIGuildChannelJSONBody
  >;
  readonly 'PATCH /guilds/{guild.id}/channels': Endpoint<
    Api.RESTPatchAPIGuildChannelPositionsResult,
    Api.RESTPatchAPIGuildChannelPositionsJSONBody
  >;
  readonly 'GET /guilds/{guild.id}/members/{user.id}': Endpoint<Api.RESTGetAPIGuildMemberResult>;
  readonly 'PUT /guilds/{guild.id}/members/{user.id}': Endpoint<
    Api.RESTPutAPIGuildMemberResult,
    Api.RESTPutAPIGuildMemberJSONBody
  >;
  readonly 'PATCH /guilds/{guild.id}/members/@me': Endpoint<
    Api.RESTPatchAPICurrentGuildMemberResult,
    Api.RESTPatchAPICurrentGuildMemberJSONBody
  >;
  readonly 'PATCH /guilds/{guild.id}/members/{user.id}': Endpoint<
    Api.RESTPatchAPIGuildMemberResult,
    Api.RESTPatchAPIGuildMemberJSONBody
  >;
  readonly 'DELETE /guilds/{guild.id}/members/{user.id}': Endpoint<Api.RESTDeleteAPIGuildMemberResult>;
  readonly 'GET /guilds/{guild.id}/members': Endpoint<
    Api.RESTGetAPIGuildMembersResult,
    undefined,
    Api.RESTGetAPIGuildMembersQuery
  >;
  readonly 'GET /guilds/{guild.id}/members/search': Endpoint<
    Api.RESTGetAPIGuildMembersSearchResult,
    undefined,
    Api.RESTGetAPIGuildMembersSearchQuery
  >;
  readonly 'GET /guilds/{guild.id}/messages/search': Endpoint<
    Api.RESTGetAPIGuildMessagesSearchResult,
    undefined,
    Api.RESTGetAPIGuildMessagesSearchQuery
  >;
  readonly 'PUT /guilds/{guild.id}/members/{user.id}/roles/{role.id}': Endpoint<Api.RESTPutAPIGuildMemberRoleResult>;
  readonly 'DELETE /guilds/{guild.id}/members/{user.id}/roles/{role.id}': Endpoint<Api.RESTDeleteAPIGuildMemberRoleResult>;
  readonly 'GET /guilds/{guild.id}/bans': Endpoint<
    Api.RESTGetAPIGuildBansResult,
    undefined,
    Api.RESTGetAPIGuildBansQuery
  >;
  readonly 'GET /guilds/{guild.id}/bans/{user.id}': Endpoint<Api.RESTGetAPIGuildBanResult>;
  readonly 'PUT /guilds/{guild.id}/bans/{user.id}': Endpoint<
    Api.RESTPutAPIGuildBanResult,
    Api.RESTPutAPIGuildBanJSONBody
  >;
  readonly 'DELETE /guilds/{guild.id}/bans/{user.id}': Endpoint<Api.RESTDeleteAPIGuildBanResult>;
  readonly 'GET /guilds/{guild.id}/roles': Endpoint<Api.RESTGetAPIGuildRolesResult>;
  readonly 'POST /guilds/{guild.id}/roles': Endpoint<Api.RESTPostAPIGuildRoleResult, Api.RESTPostAPIGuildRoleJSONBody>;
  readonly 'PATCH /guilds/{guild.id}/roles': Endpoint<
    Api.RESTPatchAPIGuildRolePositionsResult,
    Api.RESTPatchAPIGuildRolePositionsJSONBody
  >;
  readonly 'GET /guilds/{guild.id}/roles/{role.id}': Endpoint<Api.RESTGetAPIGuildRoleResult>;
  readonly 'PATCH /guilds/{guild.id}/roles/{role.id}': Endpoint<
    Api.RESTPatchAPIGuildRoleResult,
    Api.RESTPatchAPIGuildRoleJSONBody
  >;
  readonly 'DELETE /guilds/{guild.id}/roles/{role.id}': Endpoint<Api.RESTDeleteAPIGuildRoleResult>;
  readonly 'GET /guilds/{guild.id}/roles/member-counts': Endpoint<Api.RESTGetAPIGuildRoleMemberCountsResult>;
  readonly 'GET /guilds/{guild.id}/prune': Endpoint<
    Api.RESTGetAPIGuildPruneCountResult,
    undefined,
    Api.RESTGetAPIGuildPruneCountQuery
  >;
  readonly 'POST /guilds/{guild.id}/prune': Endpoint<
    Api.RESTPostAPIGuildPruneResult,
    Api.RESTPostAPIGuildPruneJSONBody
  >;
  readonly 'GET /guilds/{guild.id}/regions': Endpoint<Api.RESTGetAPIGuildVoiceRegionsResult>;
  readonly 'GET /guilds/{guild.id}/invites': Endpoint<Api.RESTGetAPIGuildInvitesResult>;
  readonly 'GET /guilds/{guild.id}/integrations': Endpoint<Api.RESTGetAPIGuildIntegrationsResult>;
  readonly 'DELETE /guilds/{guild.id}/integrations/{integration.id}': Endpoint<Api.RESTDeleteAPIGuildIntegrationResult>;
  readonly 'GET /guilds/{guild.id}/widget': Endpoint<Api.RESTGetAPIGuildWidgetSettingsResult>;
  readonly 'PATCH /guilds/{guild.id}/widget': Endpoint<
    Api.RESTPatchAPIGuildWidgetSettingsResult,
    Api.RESTPatchAPIGuildWidgetSettingsJSONBody
  >;
  readonly 'GET /guilds/{guild.id}/widget.json': Endpoint<Api.RESTGetAPIGuildWidgetJSONResult>;
  readonly 'GET /guilds/{guild.id}/vanity-url': Endpoint<Api.RESTGetAPIGuildVanityUrlResult>;
  readonly 'GET /guilds/templates/{template.code}': Endpoint<Api.RESTGetAPITemplateResult>;
  readonly 'GET /guilds/{guild.id}/templates': Endpoint<Api.RESTGetAPIGuildTemplatesResult>;
  readonly 'POST /guilds/{guild.id}/templates': Endpoint<
    Api.RESTPostAPIGuildTemplatesResult,
    Api.RESTPostAPIGuildTemplatesJSONBody
  >;
  readonly 'PUT /guilds/{guild.id}/templates/{template.code}': Endpoint<Api.RESTPutAPIGuildTemplateSyncResult>;
  readonly 'PATCH /guilds/{guild.id}/templates/{template.code}': Endpoint<
    Api.RESTPatchAPIGuildTemplateResult,
    Api.RESTPatchAPIGuildTemplateJSONBody
  >;
  readonly 'DELETE /guilds/{guild.id}/templates/{template.code}': Endpoint<Api.RESTDeleteAPIGuildTemplateResult>;
  readonly 'GET /guilds/{guild.id}/threads/active': Endpoint<Api.RESTGetAPIGuildThreadsResult>;
  readonly 'GET /guilds/{guild.id}/webhooks': Endpoint<Api.RESTGetAPIGuildWebhooksResult>;
  readonly 'GET /guilds/{guild.id}/member-verification': Endpoint<Api.RESTGetAPIGuildMemberVerificationResult>;
  readonly 'PATCH /guilds/{guild.id}/member-verification': Endpoint<
    Api.RESTPatchAPIGuildMemberVerificationResult,
    Api.RESTPatchAPIGuildMemberVerificationJSONBody
  >;
  readonly 'GET /guilds/{guild.id}/voice-states/@me': Endpoint<Api.RESTGetAPIGuildVoiceStateCurrentMemberResult>;
  readonly 'GET /guilds/{guild.id}/voice-states/{user.id}': Endpoint<Api.RESTGetAPIGuildVoiceStateUserResult>;
  readonly 'PATCH /guilds/{guild.id}/voice-states/@me': Endpoint<
    Api.RESTPatchAPIGuildVoiceStateCurrentMemberResult,
    Api.RESTPatchAPIGuildVoiceStateCurrentMemberJSONBody
  >;
  readonly 'PATCH /guilds/{guild.id}/voice-states/{user.id}': Endpoint<
    Api.RESTPatchAPIGuildVoiceStateUserResult,
    Api.RESTPatchAPIGuildVoiceStateUserJSONBody
  >;
  readonly 'GET /guilds/{guild.id}/welcome-screen': Endpoint<Api.RESTGetAPIGuildWelcomeScreenResult>;
  readonly 'PATCH /guilds/{guild.id}/welcome-screen': Endpoint<
    Api.RESTPatchAPIGuildWelcomeScreenResult,
    Api.RESTPatchAPIGuildWelcomeScreenJSONBody
  >;
  readonly 'GET /guilds/{guild.id}/stickers': Endpoint<Api.RESTGetAPIGuildStickersResult>;
  readonly 'POST /guilds/{guild.id}/stickers': Endpoint<
    Api.RESTPostAPIGuildStickerResult,
    Omit<Api.RESTPostAPIGuildStickerFormDataBody, 'file'>
  >;
  readonly 'GET /guilds/{guild.id}/stickers/{sticker.id}': Endpoint<Api.RESTGetAPIGuildStickerResult>;
  readonly 'PATCH /guilds/{guild.id}/stickers/{sticker.id}': Endpoint<
    Api.RESTPatchAPIGuildStickerResult,
    Api.RESTPatchAPIGuildStickerJSONBody
  >;
  readonly 'DELETE /guilds/{guild.id}/stickers/{sticker.id}': Endpoint<Api.RESTDeleteAPIGuildStickerResult>;
  readonly 'GET /guilds/{guild.id}/scheduled-events': Endpoint<
    Api.RESTGetAPIGuildScheduledEventsResult,
    undefined,
    Api.RESTGetAPIGuildScheduledEventsQuery
  >;
  readonly 'POST /guilds/{guild.id}/scheduled-events': Endpoint<
    Api.RESTPostAPIGuildScheduledEventResult,
    Api.RESTPostAPIGuildScheduledEventJSONBody
  >;
  readonly 'GET /guilds/{guild.id}/scheduled-events/{guildScheduledEvent.id}': Endpoint<
    Api.RESTGetAPIGuildScheduledEventResult,
    undefined,
    Api.RESTGetAPIGuildScheduledEventQuery
  >;
  readonly 'PATCH /guilds/{guild.id}/scheduled-events/{guildScheduledEvent.id}': Endpoint<
    Api.RESTPatchAPIGuildScheduledEventResult,
    Api.RESTPatchAPIGuildScheduledEventJSONBody
  >;
  readonly 'DELETE /guilds/{guild.id}/scheduled-events/{guildScheduledEvent.id}': Endpoint<Api.RESTDeleteAPIGuildScheduledEventResult>;
  readonly 'GET /guilds/{guild.id}/scheduled-events/{guildScheduledEvent.id}/users': Endpoint<
    Api.RESTGetAPIGuildScheduledEventUsersResult,
    undefined,
    Api.RESTGetAPIGuildScheduledEventUsersQuery
  >;
  readonly 'GET /guilds/{guild.id}/onboarding': Endpoint<Api.RESTGetAPIGuildOnboardingResult>;
  readonly 'PUT /guilds/{guild.id}/onboarding': Endpoint<
    Api.RESTPutAPIGuildOnboardingResult,
    Api.RESTPutAPIGuildOnboardingJSONBody
  >;
  readonly 'PUT /guilds/{guild.id}/incident-actions': Endpoint<
    Api.RESTPutAPIGuildIncidentActionsResult,
    Api.RESTPutAPIGuildIncidentActionsJSONBody
  >;
  readonly 'POST /guilds/{guild.id}/bulk-ban': Endpoint<
    Api.RESTPostAPIGuildBulkBanResult,
    Api.RESTPostAPIGuildBulkBanJSONBody
  >;
  readonly 'GET /guilds/{guild.id}/soundboard-sounds': Endpoint<Api.RESTGetAPIGuildSoundboardSoundsResult>;
  readonly 'POST /guilds/{guild.id}/soundboard-sounds': Endpoint<
    Api.RESTPostAPIGuildSoundboardSoundResult,
    Api.RESTPostAPIGuildSoundboardSoundJSONBody
  >;
  readonly 'GET /guilds/{guild.id}/soundboard-sounds/{sound.id}': Endpoint<Api.RESTGetAPIGuildSoundboardSoundResult>;
  readonly 'PATCH /guilds/{guild.id}/soundboard-sounds/{sound.id}': Endpoint<
    Api.RESTPatchAPIGuildSoundboardSoundResult,
    Api.RESTPatchAPIGuildSoundboardSoundJSONBody
  >;
  readonly 'DELETE /guilds/{guild.id}/soundboard-sounds/{sound.id}': Endpoint<Api.RESTDeleteAPIGuildSoundboardSoundResult>;
}
