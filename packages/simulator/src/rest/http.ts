import type { IncomingMessage, ServerResponse } from 'node:http';
import type { APIGatewayBotInfo } from 'discord-api-types/v10';

/** Answers HTTP requests. */
export interface HttpHandler {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

/** What GET /gateway/bot tells of the gateway. Implemented by the gateway. */
export interface GatewayInformation {
  /** URL, recommended shards and session start limit as they truly stand for this bot. */
  botInformation(applicationId: string): APIGatewayBotInfo;
}
