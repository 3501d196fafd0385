import { createHash } from 'node:crypto';
import type { APIAllowedMentions } from 'discord-api-types/v10';

/** Nobody is notified by what a bot repeats unless the author of the handler says so. */
const mentionsNobody: APIAllowedMentions = { parse: [] };

/** The body with `allowed_mentions` none, unless it has its own. */
export function withoutMentions<Body extends { readonly allowed_mentions?: unknown }>(body: Body): Body {
  return body.allowed_mentions ? body : { ...body, allowed_mentions: mentionsNobody };
}

/** Longest nonce that Discord takes, in characters. */
const nonceLength = 25;

/**
 * The nonce of a message sent for an event: the same at every redelivery, so that Discord posts the message once.
 * `purpose` tells apart several messages of one event.
 */
export function nonceFor(eventId: string, purpose = ''): string {
  return createHash('sha256')
    .update(JSON.stringify([eventId, purpose]))
    .digest('base64url')
    .slice(0, nonceLength);
}
