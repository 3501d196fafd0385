import { GatewayOpcodes, type GatewayPresenceUpdateData } from 'discord-api-types/v10';
import { BrokerError, type Publisher } from '@arrakis/broker';
import {
  encodeGatewayCommand,
  gatewayCommandLifetimeMs,
  MalformedMessageError,
  shardOf,
  type GatewayCommand,
} from '@arrakis/protocol';
import { GatewayCommandError } from '../errors.ts';

/** How a command is given. */
export interface CommandOptions {
  /** After how long it is of no use any more and is dropped, in ms; up to ten minutes, 30 s unless told otherwise. */
  readonly expiresAfterMs?: number;
}

/** What a bot shows of itself. */
export type Presence = Pick<GatewayPresenceUpdateData, 'status'> & Partial<GatewayPresenceUpdateData>;

/** Where the bot is to be heard. */
export interface VoiceState {
  readonly guildId: string;
  readonly channelId: string;
  readonly selfMute?: boolean;
  readonly selfDeaf?: boolean;
}

/** Which members are asked for: those whose name begins with `query` (all of them with '' and limit 0), or these. */
export type MembersRequest = {
  readonly guildId: string;
  /** Comes back with every answer; up to 32 bytes, such as `ctx.nonce()`. */
  readonly nonce?: string;
  /** Needs the intent GuildPresences. */
  readonly presences?: boolean;
} & ({ readonly query: string; readonly limit: number } | { readonly userIds: readonly string[] });

/**
 * What a handler can have the gateway do. A call resolves when the broker has the command; the shard that it concerns
 * sends it in its turn, after whatever was given to it before, or drops it when it has expired. An answer comes as an
 * event, to any worker.
 *
 * Every call may fail with a {@link GatewayCommandError}.
 */
export interface Gateway {
  /** Shows a status and activities, on every shard or on one. A new session begins without it. */
  setPresence(presence: Presence, options?: CommandOptions & { readonly shardId?: number }): Promise<void>;
  /**
   * Joins a voice channel or moves there; where to connect comes as `voice.server.update` and, with the intent
   * GuildVoiceStates, `voice.state.update`.
   */
  joinVoice(state: VoiceState, options?: CommandOptions): Promise<void>;
  leaveVoice(guildId: string, options?: CommandOptions): Promise<void>;
  /**
   * Answered by `guild.members.chunk`, one for every thousand members, or by `rate.limited`: all members of a guild may
   * be asked for every 30 s.
   */
  requestGuildMembers(request: MembersRequest, options?: CommandOptions): Promise<void>;
  /** Answered by `soundboard.sounds`, one for each guild. */
  requestSoundboardSounds(guildIds: readonly string[], options?: CommandOptions): Promise<void>;
}

/** What it takes to reach the shards of a bot. */
export interface GatewayClientOptions {
  readonly namespace: string;
  readonly applicationId: string;
  readonly publisher: Pick<Publisher, 'publish'>;
  /** How many shards the bot has now; undefined while nobody has decided. */
  readonly shardCount: () => Promise<number | undefined>;
}

const defaultExpiryMs = 30_000;

/** Gives commands to the gateway, through the queue of the shard that each concerns. */
export class GatewayClient implements Gateway {
  readonly #options: GatewayClientOptions;

  constructor(options: GatewayClientOptions) {
    this.#options = options;
  }

  async setPresence(
    { status, activities = [], since = null, afk = false }: Presence,
    { shardId, ...options }: CommandOptions & { readonly shardId?: number } = {},
  ): Promise<void> {
    const command: GatewayCommand = { op: GatewayOpcodes.PresenceUpdate, d: { since, activities, status, afk } };
    const count = await this.#shardCount();
    const all = Array.from({ length: count }, (_, id) => id);
    const shards = shardId === undefined ? all : all.filter((id) => id === shardId);
    if (shards.length === 0) throw new GatewayCommandError('invalid', `There is no shard ${shardId} among ${count}.`);
    await this.#sendAll(new Map(shards.map((id) => [id, command])), options);
  }

  async joinVoice(
    { guildId, channelId, selfMute = false, selfDeaf = false }: VoiceState,
    options?: CommandOptions,
  ): Promise<void> {
    await this.#voice(guildId, { channel_id: channelId, self_mute: selfMute, self_deaf: selfDeaf }, options);
  }

  async leaveVoice(guildId: string, options?: CommandOptions): Promise<void> {
    await this.#voice(guildId, { channel_id: null, self_mute: false, self_deaf: false }, options);
  }

  async requestGuildMembers(request: MembersRequest, options?: CommandOptions): Promise<void> {
    const { guildId, nonce, presences } = request;
    const about = {
      guild_id: guildId,
      ...(nonce !== undefined && { nonce }),
      ...(presences !== undefined && { presences }),
    };
    const d =
      'userIds' in request
        ? { ...about, user_ids: [...request.userIds] }
        : { ...about, query: request.query, limit: request.limit };
    const command: GatewayCommand = { op: GatewayOpcodes.RequestGuildMembers, d };
    await this.#send(await this.#shardOf(guildId), command, options);
  }

  async requestSoundboardSounds(guildIds: readonly string[], options?: CommandOptions): Promise<void> {
    const byShard = new Map<number, string[]>();
    for (const guildId of guildIds) {
      const shardId = await this.#shardOf(guildId);
      byShard.set(shardId, [...(byShard.get(shardId) ?? []), guildId]);
    }
    const commands = [...byShard].map(([shardId, guilds]): [number, GatewayCommand] => [
      shardId,
      { op: GatewayOpcodes.RequestSoundboardSounds, d: { guild_ids: guilds } },
    ]);
    await this.#sendAll(new Map(commands), options);
  }

  async #voice(
    guildId: string,
    state: Omit<Extract<GatewayCommand, { op: GatewayOpcodes.VoiceStateUpdate }>['d'], 'guild_id'>,
    options?: CommandOptions,
  ): Promise<void> {
    const d = { guild_id: guildId, ...state };
    await this.#send(await this.#shardOf(guildId), { op: GatewayOpcodes.VoiceStateUpdate, d }, options);
  }

  /** All shards get theirs, even when one of them cannot; then the first failure is told. */
  async #sendAll(commands: ReadonlyMap<number, GatewayCommand>, options?: CommandOptions): Promise<void> {
    const sent = await Promise.allSettled(
      [...commands].map(([shardId, command]) => this.#send(shardId, command, options)),
    );
    for (const outcome of sent) if (outcome.status === 'rejected') throw outcome.reason;
  }

  async #send(
    shardId: number,
    command: GatewayCommand,
    { expiresAfterMs = defaultExpiryMs }: CommandOptions = {},
  ): Promise<void> {
    const { namespace, applicationId, publisher } = this.#options;
    if (!(expiresAfterMs > 0)) throw new GatewayCommandError('invalid', 'A command expires after more than 0 ms.');
    const deadline = Math.ceil(Date.now() + Math.min(expiresAfterMs, gatewayCommandLifetimeMs));
    try {
      await publisher.publish(encodeGatewayCommand(command, { namespace, applicationId, shardId, deadline }));
    } catch (cause) {
      throw commandError(cause, shardId);
    }
  }

  async #shardCount(): Promise<number> {
    let cause: unknown;
    const count = await this.#options.shardCount().catch((thrown: unknown) => {
      cause = thrown;
      return undefined;
    });
    if (count !== undefined) return count;
    throw new GatewayCommandError(
      'unavailable',
      'It is not known how many shards the bot has: is an ingestor running?',
      {
        cause,
      },
    );
  }

  async #shardOf(guildId: string): Promise<number> {
    if (!/^\d{1,20}$/.test(guildId)) throw new GatewayCommandError('invalid', 'A guild id consists of digits.');
    return shardOf(guildId, await this.#shardCount());
  }
}

function commandError(cause: unknown, shardId: number): unknown {
  if (cause instanceof MalformedMessageError) return new GatewayCommandError('invalid', cause.message, { cause });
  if (!(cause instanceof BrokerError)) return cause;
  switch (cause.kind) {
    case 'unroutable':
      return new GatewayCommandError('unowned', `No ingestor has held shard ${shardId} of late.`, { cause });
    case 'refused':
      return new GatewayCommandError('full', `Too many commands are waiting for shard ${shardId}.`, { cause });
    case 'disconnected':
    case 'unconfirmed':
    case 'unencodable':
    case 'topology':
    case 'settings':
      return new GatewayCommandError('unavailable', `The command could not be given: ${cause.message}`, { cause });
  }
}
