import { buffer } from 'node:stream/consumers';
import {
  InteractionResponseType as ResponseType,
  MessageFlags,
  type APIApplicationCommandOptionChoice,
  type APIAttachment,
  type APIMessage,
  type APIModalInteractionResponseCallbackData,
  type RESTAPIAttachment,
} from 'discord-api-types/v10';
import {
  discordPayload,
  type FileUpload,
  type HttpRequest,
  type Method,
  type Response,
  type Transport,
} from '@arrakis/discord-rest';
import { z } from 'zod';
import type { MessageFields } from '../interaction/reply.ts';
import { messageFaults } from '../message/message-faults.ts';
import type { Fault } from '../validation/fault.ts';
import { choicesFaults, modalBodyFaults } from './answer-faults.ts';

/** A file that came with a request, read to its end. */
export interface SentFile extends FileUpload {
  readonly data: Uint8Array;
}

/** A request to Discord, as it was sent; tokens are in none of it. */
export interface TestRequest {
  readonly method: Method;
  /** `/channels/{channel.id}/messages`, as Discord's documentation names it. */
  readonly route: string;
  readonly path: string;
  readonly body: unknown;
  readonly files: readonly SentFile[];
  /** For the audit log. */
  readonly reason: string | undefined;
}

/** What Discord answers to a request: a body, or none. */
export type TestAnswer = (request: TestRequest) => object | undefined;

/** What a member sees of an interaction. */
export interface Conversation {
  /** The answer as it stands, then what followed it. */
  readonly messages: APIMessage[];
  /** How it was acknowledged before it was answered. */
  deferred: 'public' | 'ephemeral' | 'update' | undefined;
  acknowledged: boolean;
  original: APIMessage | undefined;
  modal: APIModalInteractionResponseCallbackData | undefined;
  choices: readonly APIApplicationCommandOptionChoice[] | undefined;
}

/** Discord would refuse what a handler sends: every fault with its place. */
export class DiscordRuleError extends Error {
  override readonly name = 'DiscordRuleError';
  readonly kind = 'discord-rule';
  readonly retryable = false;
  readonly faults: readonly Fault[];

  constructor(what: string, faults: readonly Fault[]) {
    super(`Discord would refuse ${what}:\n${faults.map(({ path, message }) => `  ${path} ${message}`).join('\n')}`);
    this.faults = faults;
  }
}

const messageBody = discordPayload<MessageFields>(z.looseObject({}));
const callback = z.object({
  type: z.enum(ResponseType),
  data: z.looseObject({ flags: z.number().optional() }).optional(),
});
const modalBody = discordPayload<APIModalInteractionResponseCallbackData>(z.looseObject({ custom_id: z.string() }));
const choicesBody = z.object({
  choices: z.array(discordPayload<APIApplicationCommandOptionChoice>(z.looseObject({ name: z.string() }))),
});

/** A message as it arrives. */
type SentMessage = MessageFields & { readonly files: readonly SentFile[] };

const none = new Uint8Array();

/** Answers requests as Discord would, keeps what was sent, and refuses what Discord would refuse. */
export class RecordingDiscord implements Transport {
  readonly requests: TestRequest[] = [];
  readonly #conversations = new Map<string, Conversation>();
  readonly #answers: { readonly method: Method; readonly route: string; readonly answer: TestAnswer }[] = [];
  readonly #nextId: () => string;

  constructor(nextId: () => string) {
    this.#nextId = nextId;
  }

  /** Begins an interaction; `source` is the message that its component is on. */
  begin(token: string, source: APIMessage | undefined): Conversation {
    const conversation: Conversation = {
      messages: [],
      deferred: undefined,
      acknowledged: false,
      original: source,
      modal: undefined,
      choices: undefined,
    };
    this.#conversations.set(token, conversation);
    return conversation;
  }

  /** Answers requests to a route from now on; the latest that was said counts. */
  answer(method: Method, route: string, answer: TestAnswer): void {
    this.#answers.unshift({ method, route, answer });
  }

  async send({ route, json, multipart, reason }: HttpRequest): Promise<Response> {
    const body: unknown = json === undefined ? undefined : JSON.parse(json);
    const files = await Promise.all((multipart?.files ?? []).map((file) => received(file)));
    const segments = route.path.split('/').map(decodeURIComponent);
    const conversation = this.#conversations.get(segments[3] ?? '');
    if (route.interaction && conversation !== undefined) {
      const isCallback = segments[4] === 'callback';
      if (isCallback) return this.#callback(conversation, body, files);
      return this.#webhook(conversation, route.method, () => ({ ...messageBody.parse(body), files }));
    }
    const request = { method: route.method, route: route.template, path: route.path, body, files, reason };
    this.requests.push(request);
    return this.#other(request);
  }

  async close(): Promise<void> {
    // Nothing is open.
  }

  #callback(conversation: Conversation, body: unknown, files: readonly SentFile[]): Response {
    if (conversation.acknowledged) return refused(400, 40_060);
    const { type, data = {} } = callback.parse(body);
    switch (type) {
      case ResponseType.ChannelMessageWithSource:
        conversation.original = this.#made({ ...messageBody.parse(data), files });
        conversation.messages.push(conversation.original);
        break;
      case ResponseType.DeferredChannelMessageWithSource:
        conversation.original = undefined;
        conversation.deferred = isEphemeral(data.flags) ? 'ephemeral' : 'public';
        break;
      case ResponseType.DeferredMessageUpdate:
        conversation.deferred = 'update';
        break;
      case ResponseType.UpdateMessage:
        this.#edit(conversation, { ...messageBody.parse(data), files });
        break;
      case ResponseType.Modal:
        conversation.modal = checked('the modal', modalBody.parse(data), modalBodyFaults);
        break;
      case ResponseType.ApplicationCommandAutocompleteResult:
        conversation.choices = checked('the choices', choicesBody.parse(data).choices, choicesFaults);
        break;
      default:
        return refused(400, 50_035);
    }
    conversation.acknowledged = true;
    return { status: 204, headers: {}, body: undefined };
  }

  #webhook(conversation: Conversation, method: Method, message: () => SentMessage): Response {
    if (!conversation.acknowledged) return refused(404, 10_015);
    switch (method) {
      case 'PATCH':
        return found(this.#edit(conversation, message()));
      case 'POST':
        return found(this.#followUp(conversation, message()));
      case 'DELETE': {
        const { original } = conversation;
        if (original === undefined) return refused(404, 10_008);
        const index = conversation.messages.indexOf(original);
        // The message that a component is on is none of its answers.
        if (index >= 0) conversation.messages.splice(index, 1);
        conversation.original = undefined;
        return { status: 204, headers: {}, body: undefined };
      }
      default:
        return conversation.original === undefined ? refused(404, 10_008) : found(conversation.original);
    }
  }

  #edit(conversation: Conversation, change: SentMessage): APIMessage {
    const { original, deferred } = conversation;
    const named = change.attachments?.map(({ id }) => id);
    const kept = original?.attachments.filter(({ id }) => named?.includes(id) ?? true);
    const flags = (change.flags ?? 0) | (deferred === 'ephemeral' ? MessageFlags.Ephemeral : (original?.flags ?? 0));
    const edited = this.#made({ ...original, ...change, flags }, { id: original?.id, kept });
    const index = original === undefined ? -1 : conversation.messages.indexOf(original);
    if (index >= 0) conversation.messages[index] = edited;
    else conversation.messages.unshift(edited);
    conversation.original = edited;
    return edited;
  }

  /** The first one after a deferral takes its place (Discord docs, Receiving and Responding, "Followup Messages"). */
  #followUp(conversation: Conversation, message: SentMessage): APIMessage {
    if (conversation.original === undefined && conversation.messages.length === 0)
      return this.#edit(conversation, message);
    const sent = this.#made(message);
    conversation.messages.push(sent);
    return sent;
  }

  /** @param before - what a message was that is changed: its id, and which of its attachments stay */
  #made(
    { files, ...message }: SentMessage,
    before: { id?: string | undefined; kept?: APIAttachment[] | undefined } = {},
  ) {
    const { id = this.#nextId(), kept = [] } = before;
    // What stays attached is enough for a message.
    checked(
      'the message',
      { ...message, files: [...kept.map(({ filename: name }) => ({ name, data: none })), ...files] },
      messageFaults,
    );
    const attachments = [...kept, ...files.map((file, index) => this.#attached(file, describedBy(message, index)))];
    const common = { channel_id: '500', content: '', embeds: [], components: [], flags: 0 };
    return madeMessage.parse({ ...common, ...message, attachments, id });
  }

  /** Its content is its address, so that a test can read it. */
  #attached({ name, contentType, data }: SentFile, { description }: Partial<RESTAPIAttachment>): APIAttachment {
    const url = `data:${contentType ?? 'application/octet-stream'};base64,${Buffer.from(data).toString('base64')}`;
    const described = { ...(contentType && { content_type: contentType }), ...(description && { description }) };
    return { id: this.#nextId(), filename: name, size: data.length, url, proxy_url: url, ...described };
  }

  #other(request: TestRequest): Response {
    const said = this.#answers.find(({ method, route }) => method === request.method && route === request.route);
    if (said !== undefined) {
      const body = said.answer(request);
      return body === undefined ? { status: 204, headers: {}, body } : found(body);
    }
    if (request.method === 'POST' && request.route === '/channels/{channel.id}/messages') {
      return found(this.#made({ ...messageBody.parse(request.body), files: request.files }));
    }
    if (request.method !== 'GET') return found({ id: this.#nextId() });
    throw new Error(
      `The test does not say what Discord answers: test.discord.answer('GET', '${request.route}', () => ({ … })) does.`,
    );
  }
}

const madeMessage = discordPayload<APIMessage>(z.looseObject({ id: z.string(), content: z.string() }));

function checked<Body>(what: string, body: Body, faultsOf: (body: Body) => readonly Fault[]): Body {
  const faults = faultsOf(body);
  if (faults.length > 0) throw new DiscordRuleError(what, faults);
  return body;
}

async function received({ data, ...file }: FileUpload): Promise<SentFile> {
  if (data instanceof Uint8Array) return { ...file, data };
  return { ...file, data: await buffer(data()) };
}

/** What a message says of the file at a position. */
function describedBy({ attachments = [] }: MessageFields, index: number): Partial<RESTAPIAttachment> {
  return attachments.find(({ id }) => String(id) === String(index)) ?? {};
}

function isEphemeral(flags = 0): boolean {
  return (flags & MessageFlags.Ephemeral) !== 0;
}

function found(body: object): Response {
  return { status: 200, headers: {}, body };
}

function refused(status: number, code: number): Response {
  return { status, headers: {}, body: { code, message: 'refused' } };
}
