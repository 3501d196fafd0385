import { GatewayCloseCodes as Code } from 'discord-api-types/v10';
import type { Recording } from '../recording.ts';
import type { Identify, Resume } from './client-payloads.ts';
import type { Connection } from './connection.ts';
import type { GatewayDirectory } from './directory.ts';
import { judgeIdentify } from './identify.ts';
import { IdentifyLimits } from './identify-limits.ts';
import type { ResolvedGatewayOptions } from './options.ts';
import { readyData } from './ready.ts';
import type { ReadySetting } from './ready.ts';
import { Session } from './session.ts';
import type { SessionRegistry } from './session-registry.ts';
import type { GatewayStatistics } from './statistics.ts';

export interface HandshakeSetting {
  readonly directory: GatewayDirectory;
  readonly registry: SessionRegistry;
  readonly options: ResolvedGatewayOptions;
  readonly statistics: GatewayStatistics;
  readonly recording: Recording;
  readonly resumeGatewayUrl: () => string;
  /** Dispatches to one session alone, under its intents. */
  readonly dispatchTo: (session: Session, event: { guildId: string | null; type: string; data: unknown }) => void;
  /** A bot has exceeded its daily IDENTIFYs: ends its sessions and resets its token. */
  readonly resetToken: (applicationId: string) => void;
}

/** How a connection gets a session: a new one by IDENTIFY, one that it has had by RESUME. */
export class Handshake {
  readonly #setting: HandshakeSetting;
  readonly #limits = new Map<string, IdentifyLimits>();

  constructor(setting: HandshakeSetting) {
    this.#setting = setting;
  }

  limitsOf(applicationId: string): IdentifyLimits {
    let limits = this.#limits.get(applicationId);
    if (limits === undefined) {
      limits = new IdentifyLimits(this.#setting.options);
      this.#limits.set(applicationId, limits);
    }
    return limits;
  }

  /** Docs: Gateway, Identifying. */
  identify(connection: Connection, identify: Identify): void {
    const { directory, options, statistics } = this.#setting;
    const bot = directory.botByToken(identify.token);
    if (bot === undefined) return connection.close(Code.AuthenticationFailed);
    const limits = this.limitsOf(bot.applicationId);
    statistics.identifies += 1;
    if (!limits.takeStart()) {
      this.#setting.resetToken(bot.applicationId);
      return connection.close(Code.AuthenticationFailed);
    }
    const verdict = judgeIdentify(identify, bot, options.maxGuildsPerShard);
    if (!verdict.ok) return connection.close(verdict.closeCode);
    if (!limits.takeTurn(verdict.shard[0])) {
      statistics.identifiesTooFast += 1;
      return connection.invalidate(false);
    }
    if (identify.compress === true) connection.transport.compressPayloads();
    const { intents, shard } = verdict;
    const { replayBufferSize } = options;
    const session = new Session({
      bot,
      shard,
      intents,
      replayBufferSize,
      recording: this.#setting.recording,
    });
    this.#setting.registry.add(session);
    connection.establish(session, 0);
    this.#welcome(session, {
      version: connection.version,
      guildIds: verdict.guildIds,
      sharded: identify.shard !== undefined,
    });
  }

  /** Docs: Gateway, Resuming. */
  resume(connection: Connection, resume: Resume): void {
    const { directory, registry, statistics } = this.#setting;
    const bot = directory.botByToken(resume.token);
    if (bot === undefined) {
      statistics.resumesRefused += 1;
      return connection.close(Code.AuthenticationFailed);
    }
    const session = registry.get(resume.session_id);
    if (session === undefined || session.bot.applicationId !== bot.applicationId) {
      statistics.resumesRefused += 1;
      return connection.invalidate(false);
    }
    if (resume.seq < 0 || resume.seq > session.sequence) {
      statistics.resumesRefused += 1;
      this.#end(session);
      return connection.close(Code.InvalidSeq);
    }
    if (!session.replay.reachesBackTo(resume.seq)) {
      statistics.resumesRefused += 1;
      this.#end(session);
      return connection.invalidate(false);
    }
    this.#takeOver(session, { connection, sequence: resume.seq });
  }

  #takeOver(session: Session, next: { connection: Connection; sequence: number }): void {
    const { registry, statistics } = this.#setting;
    session.reader?.surrender();
    registry.keep(session);
    session.resumes += 1;
    statistics.resumes += 1;
    if (next.connection.atResumeUrl) statistics.resumesAtResumeUrl += 1;
    next.connection.establish(session, next.sequence);
    session.appendResumed();
  }

  #end(session: Session): void {
    session.reader?.surrender();
    this.#setting.registry.end(session);
  }

  /** READY, then what READY has named: each guild, as far as there is no outage. */
  #welcome(session: Session, identified: Omit<ReadySetting, 'resumeGatewayUrl'>): void {
    const { directory, resumeGatewayUrl } = this.#setting;
    const ready = readyData(session, { ...identified, resumeGatewayUrl: resumeGatewayUrl() });
    session.append('READY', ready);
    for (const guildId of identified.guildIds) {
      const guild = directory.guildCreate(session.bot.applicationId, guildId);
      const event =
        guild.unavailable === true
          ? { type: 'GUILD_DELETE', data: { id: guildId, unavailable: true } }
          : { type: 'GUILD_CREATE', data: guild };
      this.#setting.dispatchTo(session, { guildId, ...event });
    }
  }
}
