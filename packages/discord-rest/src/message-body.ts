import { createHash, randomBytes } from 'node:crypto';
import { InteractionResponseType, type APIAllowedMentions } from 'discord-api-types/v10';
import { z } from 'zod';
import type { EndpointName } from './api/api.ts';

/** Nobody is notified by what a bot repeats unless the author of the handler says so. */
const mentionsNobody: APIAllowedMentions = { parse: [] };

/** The body with `allowed_mentions` none, unless it has its own. */
function withoutMentions(body: object): object {
  const says = 'allowed_mentions' in body && body.allowed_mentions;
  return says ? body : { ...body, allowed_mentions: mentionsNobody };
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

const createMessage: EndpointName = 'POST /channels/{channel.id}/messages';
const callback: EndpointName = 'POST /interactions/{interaction.id}/{interaction.token}/callback';

/** Endpoints whose body is a message. */
const messageEndpoints: ReadonlySet<EndpointName> = new Set<EndpointName>([
  createMessage,
  'PATCH /channels/{channel.id}/messages/{message.id}',
  'POST /webhooks/{application.id}/{interaction.token}',
  'PATCH /webhooks/{application.id}/{interaction.token}/messages/@original',
  'PATCH /webhooks/{application.id}/{interaction.token}/messages/{message.id}',
  'POST /webhooks/{webhook.id}/{webhook.token}',
  'PATCH /webhooks/{webhook.id}/{webhook.token}/messages/@original',
  'PATCH /webhooks/{webhook.id}/{webhook.token}/messages/{message.id}',
]);

/** A post in a forum is a thread that begins with a message. */
const createThread: EndpointName = 'POST /channels/{channel.id}/threads';
const forumPost = z.looseObject({ message: z.looseObject({ allowed_mentions: z.unknown().optional() }) });

/**
 * The body as it is sent: messages mention nobody unless told to, and a new one has a nonce, so that it can be repeated.
 * One that shall be posted once over several deliveries brings its own: {@link nonceFor}. An edit names the files that come
 * with it: Discord would add them to those that are there, and once more when it is repeated.
 * @param files - how many files come with it
 */
export function completedBody(endpoint: EndpointName, body: unknown, files = 0): unknown {
  if (endpoint === callback) return completedCallback(body, files);
  if (endpoint === createThread) {
    const post = forumPost.safeParse(body);
    return post.success ? { ...post.data, message: withoutMentions(post.data.message) } : body;
  }
  if (!messageEndpoints.has(endpoint) || typeof body !== 'object' || body === null) return body;
  if (endpoint.startsWith('PATCH ')) return completedEdit(body, files);
  const message = withoutMentions(body);
  if (endpoint !== createMessage) return message;
  const given = 'nonce' in message ? message.nonce : undefined;
  const nonce = given ?? randomBytes(12).toString('base64url');
  return { ...message, nonce, enforce_nonce: true };
}

/** A first response that carries a message. */
const messageCallback = z.looseObject({
  type: z.literal([InteractionResponseType.ChannelMessageWithSource, InteractionResponseType.UpdateMessage]),
  data: z.looseObject({ allowed_mentions: z.unknown().optional() }),
});

function completedCallback(body: unknown, files: number): unknown {
  const parsed = messageCallback.safeParse(body);
  if (!parsed.success) return body;
  const isEdit = parsed.data.type === InteractionResponseType.UpdateMessage;
  const data = withoutMentions(parsed.data.data);
  return { ...parsed.data, data: isEdit ? withFiles(data, files) : data };
}

/** Texts mention; of a message of somebody else, a bot may change its flags and must say nothing beside. */
function completedEdit(edit: object, files: number): object {
  const hasText = 'content' in edit || 'components' in edit;
  return withFiles(hasText ? withoutMentions(edit) : edit, files);
}

/** The edit with its files as all that is attached, unless it says itself what is. */
function withFiles(edit: object, files: number): object {
  if (files === 0 || ('attachments' in edit && edit.attachments !== undefined)) return edit;
  return { ...edit, attachments: Array.from({ length: files }, (_, id) => ({ id })) };
}
