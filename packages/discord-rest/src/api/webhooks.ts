import type * as Api from 'discord-api-types/v10';
import type { Endpoint } from './endpoint.ts';

/** Interactions and webhooks. Source: Discord docs; each type of discord-api-types links its section. */
export interface WebhooksApi {
  readonly 'GET /webhooks/{webhook.id}': Endpoint<Api.RESTGetAPIWebhookResult>;
  readonly 'GET /webhooks/{webhook.id}/{webhook.token}': Endpoint<Api.RESTGetAPIWebhookWithTokenResult>;
  readonly 'PATCH /webhooks/{webhook.id}': Endpoint<Api.RESTPatchAPIWebhookResult, Api.RESTPatchAPIWebhookJSONBody>;
  readonly 'PATCH /webhooks/{webhook.id}/{webhook.token}': Endpoint<
    Api.RESTPatchAPIWebhookWithTokenResult,
    Api.RESTPatchAPIWebhookWithTokenJSONBody
  >;
  readonly 'DELETE /webhooks/{webhook.id}': Endpoint<Api.RESTDeleteAPIWebhookResult>;
  readonly 'DELETE /webhooks/{webhook.id}/{webhook.token}': Endpoint<Api.RESTDeleteAPIWebhookWithTokenResult>;
  readonly 'POST /webhooks/{webhook.id}/{webhook.token}': Endpoint<
    Api.RESTPostAPIWebhookWithTokenResult | Api.RESTPostAPIWebhookWithTokenWaitResult,
    Api.RESTPostAPIWebhookWithTokenJSONBody,
    Api.RESTPostAPIWebhookWithTokenQuery
  >;
  readonly 'POST /webhooks/{application.id}/{interaction.token}': Endpoint<
    Api.RESTPostAPIInteractionFollowupResult,
    Api.RESTPostAPIInteractionFollowupJSONBody
  >;
  readonly 'GET /webhooks/{webhook.id}/{webhook.token}/messages/@original': Endpoint<
    Api.RESTGetAPIWebhookWithTokenMessageResult,
    undefined,
    Api.RESTGetAPIWebhookWithTokenMessageQuery
  >;
  readonly 'GET /webhooks/{webhook.id}/{webhook.token}/messages/{message.id}': Endpoint<
    Api.RESTGetAPIWebhookWithTokenMessageResult,
    undefined,
    Api.RESTGetAPIWebhookWithTokenMessageQuery
  >;
  readonly 'PATCH /webhooks/{webhook.id}/{webhook.token}/messages/@original': Endpoint<
    Api.RESTPatchAPIWebhookWithTokenMessageResult,
    Api.RESTPatchAPIWebhookWithTokenMessageJSONBody,
    Api.RESTPatchAPIWebhookWithTokenMessageQuery
  >;
  readonly 'PATCH /webhooks/{webhook.id}/{webhook.token}/messages/{message.id}': Endpoint<
    Api.RESTPatchAPIWebhookWithTokenMessageResult,
    Api.RESTPatchAPIWebhookWithTokenMessageJSONBody,
    Api.RESTPatchAPIWebhookWithTokenMessageQuery
  >;
  readonly 'DELETE /webhooks/{webhook.id}/{webhook.token}/messages/@original': Endpoint<
    Api.RESTDeleteAPIWebhookWithTokenMessageResult,
    undefined,
    Api.RESTDeleteAPIWebhookWithTokenMessageQuery
  >;
  readonly 'DELETE /webhooks/{webhook.id}/{webhook.token}/messages/{message.id}': Endpoint<
    Api.RESTDeleteAPIWebhookWithTokenMessageResult,
    undefined,
    Api.RESTDeleteAPIWebhookWithTokenMessageQuery
  >;
  readonly 'PATCH /webhooks/{application.id}/{interaction.token}/messages/@original': Endpoint<
    Api.RESTPatchAPIInteractionOriginalResponseResult,
    Api.RESTPatchAPIInteractionOriginalResponseJSONBody
  >;
  readonly 'PATCH /webhooks/{application.id}/{interaction.token}/messages/{message.id}': Endpoint<
    Api.RESTPatchAPIInteractionFollowupResult,
    Api.RESTPatchAPIInteractionFollowupJSONBody
  >;
  readonly 'DELETE /webhooks/{application.id}/{interaction.token}/messages/{message.id}': Endpoint<Api.RESTDeleteAPIInteractionFollowupResult>;
  readonly 'POST /webhooks/{webhook.id}/{webhook.token}/github': Endpoint<
    Api.RESTPostAPIWebhookWithTokenGitHubResult | Api.RESTPostAPIWebhookWithTokenGitHubWaitResult,
    Readonly<Record<string, unknown>>,
    Api.RESTPostAPIWebhookWithTokenGitHubQuery
  >;
  readonly 'POST /webhooks/{webhook.id}/{webhook.token}/slack': Endpoint<
    Api.RESTPostAPIWebhookWithTokenSlackResult | Api.RESTPostAPIWebhookWithTokenSlackWaitResult,
    Readonly<Record<string, unknown>>,
    Api.RESTPostAPIWebhookWithTokenSlackQuery
  >;
  readonly 'POST /interactions/{interaction.id}/{interaction.token}/callback': Endpoint<
    Api.RESTPostAPIInteractionCallbackResult | Api.RESTPostAPIInteractionCallbackWithResponseResult,
    Api.RESTPostAPIInteractionCallbackJSONBody,
    Api.RESTPostAPIInteractionCallbackQuery
  >;
  readonly 'GET /webhooks/{application.id}/{interaction.token}/messages/@original': Endpoint<Api.RESTGetAPIInteractionOriginalResponseResult>;
  readonly 'DELETE /webhooks/{application.id}/{interaction.token}/messages/@original': Endpoint<Api.RESTDeleteAPIInteractionOriginalResponseResult>;
  readonly 'GET /webhooks/{application.id}/{interaction.token}/messages/{message.id}': Endpoint<Api.RESTGetAPIInteractionFollowupResult>;
}
