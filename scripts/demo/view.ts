import { styleText } from 'node:util';
import type { CommunityStatistics } from '@arrakis/simulator';
import type { Snapshot } from './snapshot.ts';

/** What does not change while it runs. */
export interface ViewFacts {
  readonly discord: string;
  readonly broker: string;
  /** Base of health and metrics by app. */
  readonly healthUrls: Readonly<Record<string, string>>;
  readonly logFolder: string;
}

/** Shows what goes on. */
export interface View {
  /** A line worth keeping: a step done, something that happened. */
  say(line: string): void;
  /** `community`: what its members have done and seen, where it is simulated. */
  show(snapshot: Snapshot, community?: CommunityStatistics): void;
  close(): void;
}

/** A panel that is drawn anew in place; what is said scrolls above it. For terminals. */
export class LiveView implements View {
  readonly #out: NodeJS.WriteStream;
  readonly #facts: ViewFacts;
  readonly #startedAt = Date.now();
  #lines = 0;
  #last: readonly string[] = [];

  constructor(out: NodeJS.WriteStream, facts: ViewFacts) {
    this.#out = out;
    this.#facts = facts;
  }

  say(line: string): void {
    this.#erase();
    this.#out.write(`${line}\n`);
    this.#draw(this.#last);
  }

  show(snapshot: Snapshot, community?: CommunityStatistics): void {
    this.#erase();
    this.#draw(this.#panel(snapshot, community));
  }

  /** What is said from now on stands below the last panel. */
  close(): void {
    this.#lines = 0;
    this.#last = [];
  }

  #erase(): void {
    if (this.#lines > 0) this.#out.write(`\u001b[${this.#lines}A\u001b[0J`);
    this.#lines = 0;
  }

  #draw(lines: readonly string[]): void {
    this.#last = lines;
    // A line that wraps would be counted wrongly, and the panel would creep upwards.
    const width = Math.max(20, this.#out.columns - 1);
    this.#out.write(lines.map((line) => `${cut(line, width)}\n`).join(''));
    this.#lines = lines.length;
  }

  #panel(snapshot: Snapshot, community: CommunityStatistics | undefined): string[] {
    const paint = (style: Parameters<typeof styleText>[0], text: string) =>
      styleText(style, text, { stream: this.#out });
    const label = (text: string) => paint('dim', text.padEnd(13));
    const healthy = snapshot.shards > 0 && snapshot.shardsReady === snapshot.shards;
    const shards = `${snapshot.shardsReady}/${snapshot.shards} ready`;
    const dead = `${count(snapshot.deadLetters)} dead letters`;
    return [
      '',
      `${paint('bold', 'Arrakis')}  ${this.#facts.discord}  ${paint('dim', `up ${duration(Date.now() - this.#startedAt)}, Ctrl-C stops`)}`,
      `${label('shards')}${paint(healthy ? 'green' : 'yellow', shards)}, heartbeat ${ms(snapshot.heartbeatMs)}`,
      `${label('events')}${snapshot.eventsPerSecond.toFixed(1)}/s, ${count(snapshot.events)} so far`,
      `${label('interactions')}${count(snapshot.interactions)} acknowledged, p50 ${ms(snapshot.acknowledgedP50Ms)}, p99 ${ms(snapshot.acknowledgedP99Ms)}`,
      ...(community === undefined ? [] : [`${label('members')}${doings(community)}`]),
      `${label('queues')}${queuesOf(snapshot)}, ${snapshot.deadLetters > 0 ? paint('red', dead) : dead}`,
      `${label('broker')}${this.#facts.broker}`,
      ...Object.entries(this.#facts.healthUrls).map(([name, url]) => `${label(name)}${url}/readyz  ${url}/metrics`),
      `${label('logs')}${this.#facts.logFolder}`,
    ];
  }
}

/** A line every few seconds. For pipes and log files. */
export class PlainView implements View {
  readonly #out: NodeJS.WritableStream;
  #shownAt = 0;

  constructor(out: NodeJS.WritableStream, facts: ViewFacts) {
    this.#out = out;
    for (const [name, url] of Object.entries(facts.healthUrls)) this.say(`${name}: ${url}/readyz ${url}/metrics`);
    this.say(`${facts.discord}; ${facts.broker}; logs in ${facts.logFolder}`);
  }

  say(line: string): void {
    this.#out.write(`${line}\n`);
  }

  show(snapshot: Snapshot, community?: CommunityStatistics): void {
    if (Date.now() - this.#shownAt < 5_000) return;
    this.#shownAt = Date.now();
    this.say(
      `shards ${snapshot.shardsReady}/${snapshot.shards} ready, ${snapshot.eventsPerSecond.toFixed(1)} events/s, ` +
        `${count(snapshot.interactions)} interactions acknowledged (p50 ${ms(snapshot.acknowledgedP50Ms)}, ` +
        `p99 ${ms(snapshot.acknowledgedP99Ms)}), ${queuesOf(snapshot)}, ${count(snapshot.deadLetters)} dead letters` +
        (community === undefined ? '' : `; members: ${doings(community)}`),
    );
  }

  close(): void {
    // Nothing is held.
  }
}

/** One JSON object a line. For programs. */
export class JsonView implements View {
  readonly #out: NodeJS.WritableStream;

  constructor(out: NodeJS.WritableStream, facts: ViewFacts) {
    this.#out = out;
    this.#write({ event: 'started', ...facts });
  }

  say(line: string): void {
    this.#write({ event: 'message', text: line });
  }

  show(snapshot: Snapshot, community?: CommunityStatistics): void {
    this.#write({ event: 'snapshot', at: new Date().toISOString(), ...snapshot, community });
  }

  close(): void {
    // Nothing is held.
  }

  #write(line: unknown): void {
    this.#out.write(`${JSON.stringify(line)}\n`);
  }
}

/** What the members have done, most often first, and whether they were answered. */
function doings({ activities, interactions }: CommunityStatistics): string {
  const often = Object.entries(activities).toSorted(([, one], [, other]) => other - one);
  const done = often.map(([what, times]) => `${count(times)} ${names[what] ?? what}`).join(', ');
  const unanswered = interactions.failed === 0 ? 'all answered' : `${count(interactions.failed)} not answered`;
  return `${unanswered}; ${done}`;
}

/** What each doing is called in the panel. */
const names: Readonly<Record<string, string>> = {
  join: 'joined',
  leave: 'left',
  change: 'changed',
  write: 'wrote',
  slash: 'commands',
  userMenu: 'user menus',
  messageMenu: 'message menus',
  component: 'buttons and selects',
  modal: 'modals',
  autocomplete: 'completions',
};

function queuesOf({ queues }: Snapshot): string {
  const waiting = (pattern: RegExp) =>
    Object.entries(queues)
      .filter(([name]) => pattern.test(name))
      .reduce((sum, [, ready]) => sum + ready, 0);
  const retry = waiting(/\.retry\./);
  return `${count(waiting(/\.interactions$/))} interactions and ${count(waiting(/\.events\.guild$/))} guild events waiting, ${count(retry)} to be retried`;
}

function count(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

function ms(value: number | undefined): string {
  if (value === undefined) return '–';
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`;
}

function duration(elapsedMs: number): string {
  const seconds = Math.floor(elapsedMs / 1_000);
  const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}

/** Cuts a line to `width` columns; colour codes take none. */
function cut(line: string, width: number): string {
  // oxlint-disable-next-line no-control-regex -- terminal colours are control sequences
  const colour = /^\u001b\[[0-9;]*m/;
  let [rest, kept, columns] = [line, '', 0];
  while (rest !== '' && columns < width) {
    const code = colour.exec(rest)?.[0];
    kept += code ?? rest[0];
    columns += code === undefined ? 1 : 0;
    rest = rest.slice(code?.length ?? 1);
  }
  return rest === '' ? kept : `${kept}\u001b[0m`;
}
