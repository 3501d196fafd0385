import { GatewayIntentBits as Intent, GatewayOpcodes as Opcode } from 'discord-api-types/v10';
import type { APIGuildMember } from 'discord-api-types/v10';
import type { RequestGuildMembers } from './client-payloads.ts';
import type { SessionRequest } from './connection.ts';
import type { GatewayDirectory } from './directory.ts';
import type { Session } from './session.ts';

const membersPerChunk = 1000;
/** Most members that a prefix or a list of ids may bring. */
const maximumMatches = 100;
const maximumNonceBytes = 32;

/** Answers what clients ask of an established session (docs: Gateway Events, Send Events). */
export class SessionRequests {
  readonly #directory: GatewayDirectory;
  readonly #memberRequestWindowMs: number;
  /** when all members of a guild were last asked for, by application and guild */
  readonly #lastFullRequestMs = new Map<string, number>();

  constructor(directory: GatewayDirectory, memberRequestWindowMs: number) {
    this.#directory = directory;
    this.#memberRequestWindowMs = memberRequestWindowMs;
  }

  answer(session: Session, request: SessionRequest): void {
    switch (request.op) {
      case Opcode.RequestGuildMembers:
        return this.#guildMembers(session, request.d);
      case Opcode.RequestSoundboardSounds:
        for (const guildId of request.d.guild_ids) {
          session.append('SOUNDBOARD_SOUNDS', { guild_id: guildId, soundboard_sounds: [] });
        }
        return;
      case Opcode.RequestChannelInfo:
        return session.append('CHANNEL_INFO', { guild_id: request.d.guild_id, channels: [] });
      case Opcode.PresenceUpdate:
      case Opcode.VoiceStateUpdate:
        // Accepted: the simulated Discord shows no presences and has no voice servers.
        return;
      default:
        request satisfies never;
    }
  }

  #guildMembers(session: Session, request: RequestGuildMembers): void {
    if (!session.bot.guildIds().includes(request.guild_id)) return;
    const wantsAll = request.query === '' && request.limit === 0 && request.user_ids === undefined;
    if (wantsAll) {
      // Docs: "GUILD_MEMBERS intent is required to request the entire member list".
      if ((session.intents & Intent.GuildMembers) === 0) return;
      const retryAfterMs = this.#takeFullRequest(session, request.guild_id);
      if (retryAfterMs > 0) return rateLimited(session, { request, retryAfterMs });
    }
    const guild = this.#directory.guildCreate(session.bot.applicationId, request.guild_id);
    if (guild.unavailable === true) return;
    sendChunks(session, { request, members: guild.members });
  }

  /** Milliseconds until all members of the guild may be asked for again; 0: they may be now. */
  #takeFullRequest(session: Session, guildId: string): number {
    const key = `${session.bot.applicationId}:${guildId}`;
    const nowMs = performance.now();
    const lastMs = this.#lastFullRequestMs.get(key) ?? -Infinity;
    const waitMs = lastMs + this.#memberRequestWindowMs - nowMs;
    if (waitMs > 0) return waitMs;
    this.#lastFullRequestMs.set(key, nowMs);
    return 0;
  }
}

function sendChunks(
  session: Session,
  { request, members }: { request: RequestGuildMembers; members: readonly APIGuildMember[] },
): void {
  const matches = matchingMembers(request, members);
  const found = new Set(matches.map((member) => member.user.id));
  const notFound = request.user_ids?.filter((id) => !found.has(id)) ?? [];
  const chunkCount = Math.max(1, Math.ceil(matches.length / membersPerChunk));
  for (let index = 0; index < chunkCount; index += 1) {
    session.append('GUILD_MEMBERS_CHUNK', {
      guild_id: request.guild_id,
      members: matches.slice(index * membersPerChunk, (index + 1) * membersPerChunk),
      chunk_index: index,
      chunk_count: chunkCount,
      ...(request.user_ids === undefined ? {} : { not_found: notFound }),
      ...(showsPresences(session, request) ? { presences: [] } : {}),
      ...nonceOf(request),
    });
  }
}

function matchingMembers(request: RequestGuildMembers, members: readonly APIGuildMember[]): APIGuildMember[] {
  const ids = request.user_ids;
  if (ids !== undefined) {
    return members.filter((member) => ids.includes(member.user.id)).slice(0, maximumMatches);
  }
  const prefix = request.query?.toLowerCase() ?? '';
  const limit = request.limit ?? 0;
  const matches = members.filter((member) =>
    [member.user.username, member.user.global_name, member.nick].some(
      (name) => name?.toLowerCase().startsWith(prefix) === true,
    ),
  );
  if (prefix === '' && limit === 0) return matches;
  return matches.slice(0, limit === 0 ? maximumMatches : Math.min(limit, maximumMatches));
}

function showsPresences(session: Session, request: RequestGuildMembers): boolean {
  return request.presences === true && (session.intents & Intent.GuildPresences) !== 0;
}

function nonceOf({ nonce }: RequestGuildMembers): { nonce?: string } {
  return nonce === undefined || Buffer.byteLength(nonce) > maximumNonceBytes ? {} : { nonce };
}

function rateLimited(
  session: Session,
  { request, retryAfterMs }: { request: RequestGuildMembers; retryAfterMs: number },
): void {
  session.append('RATE_LIMITED', {
    opcode: Opcode.RequestGuildMembers,
    retry_after: retryAfterMs / 1000,
    meta: { guild_id: request.guild_id, ...nonceOf(request) },
  });
}
