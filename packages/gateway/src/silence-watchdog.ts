/**
 * How silence is judged. Time is counted in acknowledged heartbeats, which Discord wants every 41 s or so.
 */
export interface SilenceLimits {
  /** Heartbeats over which traffic is averaged, and without which nothing is judged; default 90, an hour. */
  readonly memory: number;
  /** Heartbeats without which silence never costs a session: a day, so that a night has been seen; default 2,100. */
  readonly experience: number;
  /** Heartbeats between two sessions given up for silence; doubles each time up to `experience`. Default 90. */
  readonly cooldown: number;
}

/** What to do: nothing, resume the session on another connection, or give it up for a new one. */
export type SilenceVerdict = 'wait' | 'resume' | 'identify';

const defaults: SilenceLimits = { memory: 90, experience: 2_100, cooldown: 90 };

/** Silence is impossible when its probability, were every heartbeat independent of the others, is e^-30. */
const impossible = 30;

/** How certain traffic between two heartbeats is at most, however regular it has been. */
const mostCertain = 0.999;

/** Lulls come in company. So silence must also last so many times longer than the longest that ended by itself. */
const unusual = { resume: 4, identify: 16 };

/** Below this share of heartbeats with traffic before it, silence never costs a session. */
const busy = 0.9;

/**
 * Notices a shard that is connected, whose heartbeats are acknowledged, and which yet receives nothing although it
 * normally would: first its session should be resumed on another connection, then given up. It learns from the shard
 * itself what is normal, so a quiet shard may be quiet, and a busy one at night.
 */
export class SilenceWatchdog {
  readonly #limits: SilenceLimits;
  /** Heartbeats seen. */
  #age = 0;
  /** Share of the heartbeats before which there was traffic. It fades during silence as well. */
  #share = 0;
  #shareBefore = 0;
  /** Heartbeats of this silence, all of it and since the last connection. */
  #silent = 0;
  #silentHere = 0;
  /** How improbable this silence is since the last connection: −ln of its probability. */
  #surprise = 0;
  /** The longest silence that ended by itself; it fades within days. */
  #longest = 0;
  #resumed = false;
  #cooldown: number;
  #identifyAfter = 0;

  constructor(limits: Partial<SilenceLimits> = {}) {
    this.#limits = { ...defaults, ...limits };
    this.#cooldown = this.#limits.cooldown;
  }

  /** Heartbeats acknowledged since the last dispatch. */
  get silentHeartbeats(): number {
    return this.#silent;
  }

  /** The shard is ready on a new connection. */
  connected(): void {
    this.#silentHere = 0;
    this.#surprise = 0;
  }

  /** A heartbeat was acknowledged; `heard`: a dispatch has come since the one before it. */
  beat(heard: boolean): SilenceVerdict {
    this.#age += 1;
    if (heard) this.#endSilence();
    else this.#extendSilence();
    // An average of all at first, and then one that forgets.
    const weight = 1 / Math.min(this.#age, this.#limits.memory);
    this.#share += weight * ((heard ? 1 : 0) - this.#share);
    this.#longest *= 1 - 1 / (2 * this.#limits.experience);
    return heard ? 'wait' : this.#judge();
  }

  #endSilence(): void {
    // What a new connection ended at once may have been a fault; everything else was a lull.
    if (this.#silentHere > 0) this.#longest = Math.max(this.#longest, this.#silent);
    this.#shareBefore = this.#share;
    this.#silent = 0;
    this.#resumed = false;
    this.connected();
  }

  #extendSilence(): void {
    this.#silent += 1;
    this.#silentHere += 1;
    this.#surprise -= Math.log(1 - Math.min(this.#share, mostCertain));
  }

  #judge(): SilenceVerdict {
    const { memory, experience } = this.#limits;
    if (this.#age < memory || this.#surprise < impossible) return 'wait';
    if (!this.#resumed) {
      if (this.#silent < unusual.resume * this.#longest) return 'wait';
      this.#resumed = true;
      return 'resume';
    }
    const experienced = this.#age - this.#silent >= experience && this.#age >= this.#identifyAfter;
    if (!experienced || this.#shareBefore < busy) return 'wait';
    if (this.#silent < unusual.identify * this.#longest) return 'wait';
    this.#identifyAfter = this.#age + this.#cooldown;
    this.#cooldown = Math.min(2 * this.#cooldown, experience);
    return 'identify';
  }
}
