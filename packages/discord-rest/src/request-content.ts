import type { EndpointName } from './api/api.ts';
import { filesOf, type FileUpload, type MultipartBody } from './api/multipart.ts';
import { DiscordRestError } from './discord-rest-error.ts';
import { completedBody } from './message-body.ts';
import type { Route } from './route.ts';

/** What a request carries. */
export interface RequestContent {
  /** The body, as JSON. */
  readonly json?: string | undefined;
  /** What is sent in its place, with the same fields and files. */
  readonly multipart?: MultipartBody | undefined;
}

export interface ContentInput {
  readonly body: unknown;
  readonly files: readonly FileUpload[] | undefined;
}

/**
 * Makes what a request to an endpoint carries when it is first asked for, and gives the same from then on: it is made while the
 * limits are asked, since nothing else is to be done meanwhile.
 * @throws {DiscordRestError} `invalid`, when it is asked for, if the body cannot be sent as JSON
 */
export function contentOnce(endpoint: EndpointName, route: Route, { body, files }: ContentInput): () => RequestContent {
  let made: RequestContent | undefined;
  return () => {
    if (made !== undefined) return made;
    const completed = completedBody(endpoint, body, files?.length);
    return (made = { json: jsonOf(completed, route), multipart: filesOf(endpoint, { files, body: completed }) });
  };
}

function jsonOf(body: unknown, route: Route): string | undefined {
  try {
    return JSON.stringify(body);
  } catch {
    throw new DiscordRestError('invalid', route, { reason: 'the body is no JSON' });
  }
}
