import { afterEach } from 'vitest';
import { DiscordRest, DiscordRestError, type RestEvent } from '../index.ts';
import { ScriptedServer, type ScriptedAnswer } from './scripted-server.ts';

/** Looks like the token of a bot. */
export const token = 'MTAwMDAwMDAwMDAwMDAwMDAx.bot-secret.abcdefghijklmnopqrstuvwxyz';
export const applicationId = '100000000000000001';
/** What Discord answers to a message, as far as it is looked at. */
export const message = { id: '7', channel_id: '5', content: 'hello' };

/** What is to be ended after the test, the latest first. */
export const releases: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const release of releases.splice(0).toReversed()) await release();
});

/** A server that answers by script, and a client of it. */
export async function against(...script: ScriptedAnswer[]) {
  const server = await ScriptedServer.start(script);
  const events: RestEvent[] = [];
  const onEvent = (event: RestEvent) => void events.push(event);
  const rest = new DiscordRest({ apiUrl: server.apiUrl, applicationId, token, onEvent });
  releases.push(
    () => server.stop(),
    () => rest.close(0),
  );
  return { server, rest, events };
}

/** An interaction created `ageMs` ago. */
export function interaction(ageMs = 0) {
  const id = String(BigInt(Date.now() - ageMs - 1_420_070_400_000) << 22n);
  return { id, token: `interaction-secret-${id}` };
}

/** The failure of a call; throws when there is none, or one of another class. */
export async function failureOf(call: Promise<unknown>): Promise<DiscordRestError> {
  const error: unknown = await call.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (!(error instanceof DiscordRestError)) throw new Error('expected a DiscordRestError', { cause: error });
  return error;
}
