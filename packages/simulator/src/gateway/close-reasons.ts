import { GatewayCloseCodes as Code } from 'discord-api-types/v10';

const reasons = new Map<number, string>([
  [Code.UnknownError, 'Unknown error.'],
  [Code.UnknownOpcode, 'Unknown opcode.'],
  [Code.DecodeError, 'Error while decoding payload.'],
  [Code.NotAuthenticated, 'Not authenticated.'],
  [Code.AuthenticationFailed, 'Authentication failed.'],
  [Code.AlreadyAuthenticated, 'Already authenticated.'],
  [Code.InvalidSeq, 'Invalid seq.'],
  [Code.RateLimited, 'Rate limited.'],
  [Code.SessionTimedOut, 'Session timed out.'],
  [Code.InvalidShard, 'Invalid shard.'],
  [Code.ShardingRequired, 'Sharding required.'],
  [Code.InvalidAPIVersion, 'Invalid API version.'],
  [Code.InvalidIntents, 'Invalid intent(s).'],
  [Code.DisallowedIntents, 'Disallowed intent(s).'],
]);

/** The reason that goes with a close code of the gateway; empty for any other code. */
export function closeReason(code: number): string {
  return reasons.get(code) ?? '';
}

const endingCodes = new Set<number>([
  Code.AuthenticationFailed,
  Code.InvalidSeq,
  Code.InvalidShard,
  Code.ShardingRequired,
  Code.InvalidAPIVersion,
  Code.InvalidIntents,
  Code.DisallowedIntents,
]);

/** Whether the session is over when the gateway closes with this code, rather than kept for a RESUME. */
export function endsSession(code: number): boolean {
  return endingCodes.has(code);
}

/** Whether the session is over when the client closes with this code (docs: Gateway, Initiating a Disconnect). */
export function clientEndsSession(code: number): boolean {
  return code === 1000 || code === 1001;
}
