import { createHash } from 'node:crypto';
import type { EndpointName, ParameterName } from './api/api.ts';
import { createdAt } from './interaction-time.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * One endpoint of Discord's API with its parameters in place. Everything but `path` may be shown and used as a
 * key; the path may hold a token.
 */
export interface Route {
  readonly method: Method;
  /** `/channels/{channel.id}/messages`: what logs, metrics and errors show. */
  readonly template: string;
  /** Names the route among those with limits of their own: method and template, and what else they depend on. */
  readonly key: string;
  /** What is requested, below the API's base URL. Never shown. */
  readonly path: string;
  /** The resource by which Discord counts limits; empty for routes without one. Never a token. */
  readonly major: string;
  /** Whether a second identical request changes nothing more, or is recognised by Discord as the same. */
  readonly repeatable: boolean;
  /** Whether it answers an interaction: authorised by the token in its path, exempt from the global limit. */
  readonly interaction: boolean;
  /** Whether the three seconds of a first response are running. */
  readonly urgent: boolean;
  /** Whether the webhook may not exist yet: Discord creates it at the acknowledgement, not always at once. */
  readonly awaitsWebhook: boolean;
}

/** What is needed to answer an interaction. The token is a secret for as long as it is valid. */
export interface InteractionReference {
  readonly id: string;
  readonly token: string;
}

/** A role of a member of a guild. */
export interface RoleAssignment {
  readonly guildId: string;
  readonly userId: string;
  readonly roleId: string;
}

/** Values of the variables of an endpoint's template. */
export type Parameters<Name extends EndpointName> = Readonly<Record<ParameterName<Name>, string>>;

export interface RouteOptions<Name extends EndpointName> {
  readonly parameters?: Parameters<Name> | undefined;
  readonly query?: unknown;
  /** Limits of some routes depend on it. */
  readonly body?: unknown;
}

const callback = 'POST /interactions/{interaction.id}/{interaction.token}/callback';
const followup = 'POST /webhooks/{application.id}/{interaction.token}';
const editOriginal = 'PATCH /webhooks/{application.id}/{interaction.token}/messages/@original';
const createMessage = 'POST /channels/{channel.id}/messages';

/** POSTs that may be repeated. */
const repeatablePosts: ReadonlySet<string> = new Set<EndpointName>([
  // Answered with 40060, "already acknowledged".
  callback,
  // Every message is sent with an enforced nonce.
  createMessage,
  // The same recipient gives the same channel.
  'POST /users/@me/channels',
  // It shows the same for ten seconds more.
  'POST /channels/{channel.id}/typing',
  // What is gone is gone.
  'POST /channels/{channel.id}/messages/bulk-delete',
  // Who is in stays in, who is out stays out.
  'POST /lobbies/{lobby.id}/members/bulk',
]);

const knownMethods: readonly Method[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** What is the same for all routes to an endpoint. */
interface Endpoint {
  readonly facts: Pick<Route, 'method' | 'template' | 'repeatable' | 'interaction' | 'urgent' | 'awaitsWebhook'>;
  /** What stands between the variables of the template. */
  readonly literals: readonly string[];
  readonly variables: readonly string[];
  /** The variable by whose value Discord counts limits. Source: Discord docs, Rate Limits, "top-level resources". */
  readonly topLevel: string | undefined;
}

const endpoints = new Map<EndpointName, Endpoint>();

function endpointOf(name: EndpointName): Endpoint {
  const known = endpoints.get(name);
  if (known !== undefined) return known;
  const [verb, template = ''] = name.split(' ', 2);
  const method = knownMethods.find((one) => one === verb) ?? 'GET';
  const facts = {
    method,
    template,
    repeatable: method !== 'POST' || repeatablePosts.has(name),
    interaction: template.includes('{interaction.token}'),
    urgent: name === callback,
    awaitsWebhook: name === followup || name === editOriginal,
  };
  // Every second part is a variable.
  const parts = template.split(/\{([^}]+)\}/);
  const literals = parts.filter((_, index) => index % 2 === 0);
  const variables = parts.filter((_, index) => index % 2 === 1);
  // What the path begins with, and nothing further on.
  const [, topLevel] = /^\/(?:channels|guilds|webhooks)\/\{([^}]+)\}/.exec(template) ?? [];
  const endpoint: Endpoint = { facts, literals, variables, topLevel };
  endpoints.set(name, endpoint);
  return endpoint;
}

/** The route to an endpoint. Source of each template: Discord docs. */
export function routeTo<const Name extends EndpointName>(
  name: Name,
  { parameters, query, body }: RouteOptions<Name> = {},
): Route {
  const endpoint = endpointOf(name);
  const { facts, literals, variables } = endpoint;
  const values = new Map<string, string>(Object.entries(parameters ?? {}));
  let path = literals[0] ?? '';
  for (const [index, variable] of variables.entries()) {
    path += encodeURIComponent((values.get(variable) ?? '').toWellFormed()) + (literals[index + 1] ?? '');
  }
  return {
    ...facts,
    key: limitKey(name, { messageId: values.get('message.id'), body }),
    path: path + queryOf(query),
    major: majorOf(endpoint, values),
  };
}

/** Segments that make a path another one: `/channels/1/messages/..` is `/channels/1` for some on the way. */
const leadingElsewhere: ReadonlySet<string> = new Set(['', '.', '..']);

function isSegment(value: unknown): boolean {
  return typeof value === 'string' && !leadingElsewhere.has(value);
}

/** The name of a variable of the template whose value cannot be part of a path; undefined when all can. */
export function unusableParameter(name: EndpointName, parameters: object | undefined): string | undefined {
  const given = Object.entries(parameters ?? {}).filter(([, value]) => isSegment(value));
  return endpointOf(name).variables.find((variable) => !given.some(([key]) => key === variable));
}

function majorOf({ facts, topLevel }: Endpoint, values: ReadonlyMap<string, string>): string {
  if (facts.interaction) return digest(values.get('interaction.token') ?? '');
  // As it stands in the path, which holds no line breaks.
  const id = topLevel === undefined ? '' : encodeURIComponent((values.get(topLevel) ?? '').toWellFormed());
  const webhookToken = values.get('webhook.token');
  return webhookToken === undefined ? id : `${id} ${digest(webhookToken)}`;
}

/** Tells tokens apart without telling them. */
function digest(token: string): string {
  return createHash('sha256').update(token).digest('base64url').slice(0, 22);
}

/** Discord has been seen to count deletions of messages by their age, in ms. */
const youngMs = 10_000;
const oldMs = 14 * 86_400_000;

/** Some routes have several limits, of which the headers show one. */
function limitKey(name: string, { messageId, body }: { messageId: string | undefined; body: unknown }): string {
  if (name === 'DELETE /channels/{channel.id}/messages/{message.id}' && messageId !== undefined) {
    const ageMs = /^\d{1,20}$/.test(messageId) ? Date.now() - createdAt(messageId) : youngMs;
    if (ageMs < youngMs) return `${name} young`;
    return ageMs > oldMs ? `${name} old` : name;
  }
  if (name === 'PATCH /channels/{channel.id}' && typeof body === 'object' && body !== null) {
    return 'name' in body || 'topic' in body ? `${name} name` : name;
  }
  return name;
}

function queryOf(query: unknown): string {
  if (typeof query !== 'object' || query === null) return '';
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    for (const one of values) if (isScalar(one)) parameters.append(name, String(one));
  }
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}

function isScalar(value: unknown): value is string | number | bigint | boolean {
  return ['string', 'number', 'bigint', 'boolean'].includes(typeof value);
}
