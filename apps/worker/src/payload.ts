import { MalformedMessageError, type Event } from '@arrakis/protocol';

/**
 * The payload of an event, parsed; its form is not checked.
 * @throws {MalformedMessageError} when it is not JSON; the text is not repeated, it may hold a token.
 */
export function parseBody(event: Event): unknown {
  try {
    return JSON.parse(event.body.toString());
  } catch {
    throw new MalformedMessageError(`The body of ${event.type} is not JSON (${event.body.length} bytes).`);
  }
}
