import type { Bot } from '../world/bot.ts';
import type { UploadedPart } from './request-body.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface ApiRequest {
  readonly query: URLSearchParams;
  /** the JSON body; undefined without one */
  readonly body: unknown;
  readonly files: readonly UploadedPart[];
  /** A variable of the path by its name in the template, such as `channel.id`. Throws a RangeError for a wrong name. */
  readonly param: (name: string) => string;
}

export interface BotRequest extends ApiRequest {
  readonly bot: Bot;
}

export interface Answer {
  status: 200 | 201 | 204;
  body?: unknown;
}

interface RouteHead {
  method: Method;
  /** in Discord's notation: `/channels/{channel.id}/messages` */
  template: string;
}

/** A route that a bot's token opens. */
export interface BotRoute extends RouteHead {
  authentication: 'bot';
  handle(request: BotRequest): Answer;
}

/** A route that needs no token, or one whose path has it. */
export interface OpenRoute extends RouteHead {
  authentication: 'none';
  handle(request: ApiRequest): Answer;
}

export type Route = BotRoute | OpenRoute;

export function botRoute(method: Method, template: string, handle: BotRoute['handle']): BotRoute {
  return { method, template, authentication: 'bot', handle };
}

export function openRoute(method: Method, template: string, handle: OpenRoute['handle']): OpenRoute {
  return { method, template, authentication: 'none', handle };
}

export const noContent: Answer = { status: 204 };

export function ok(body: unknown): Answer {
  return { status: 200, body };
}
