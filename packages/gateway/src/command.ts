import type { GatewayOpcodes } from 'discord-api-types/gateway/v10';

/** The opcodes of what a bot may ask of the gateway (Discord docs, Gateway Events, "Send Events"). */
export type CommandOpcode =
  | GatewayOpcodes.PresenceUpdate
  | GatewayOpcodes.VoiceStateUpdate
  | GatewayOpcodes.RequestGuildMembers
  | GatewayOpcodes.RequestSoundboardSounds;

/**
 * Why a command was not sent:
 * - `too-large`: Discord takes at most 4,096 bytes; it will never be sent;
 * - `queue-full`: too many are waiting already;
 * - `stopped`: the shard was stopped, or Discord has refused the bot;
 * - `aborted`: its signal was, see `cause`.
 */
export type CommandFault = 'too-large' | 'queue-full' | 'stopped' | 'aborted';

/** A command was not sent, or after `aborted` perhaps not. */
export class ShardCommandError extends Error {
  override readonly name = 'ShardCommandError';
  readonly kind: CommandFault;
  readonly retryable: boolean;

  constructor(kind: CommandFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
    this.retryable = kind === 'queue-full' || kind === 'stopped';
  }
}
