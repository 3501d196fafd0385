import { setTimeout as delay } from 'node:timers/promises';
import { styleText } from 'node:util';
import type { Fleet } from './fleet.ts';
import { checkInteractions } from './check-interactions.ts';
import { checkMembers } from './check-members.ts';
import type { Examined, Row } from './examination.ts';
import { Observer, type Snapshot } from './snapshot.ts';

/** Asks everything of a running fleet; returns the exit code, 0 when all is well. */
export async function runCheck(fleet: Fleet, options: { json: boolean; signal: AbortSignal }): Promise<number> {
  const { discord } = fleet;
  if (discord === undefined) {
    console.error(
      '--check needs the simulated Discord: it acts as members and sees what they see. Unset DISCORD_TOKEN (and DISCORD_TOKENS, DISCORD_TOKENS_FILE).',
    );
    return 2;
  }
  const rows: Row[] = [];
  const show = options.json ? showJson : showText;
  const examine: Examined['examine'] = async (name, look) => {
    const startedAt = performance.now();
    try {
      const { detail, seen } = await look();
      rows.push({ name, passed: true, detail, tookMs: performance.now() - startedAt });
      return seen;
    } catch (cause) {
      const detail = cause instanceof Error ? cause.message : String(cause);
      rows.push({ name, passed: false, detail, tookMs: performance.now() - startedAt });
      return undefined;
    } finally {
      const row = rows.at(-1);
      if (row !== undefined) show(row);
    }
  };
  const examined: Examined = { fleet, discord, signal: options.signal, examine };
  await checkInteractions(examined);
  await checkMembers(examined);
  await checkAftermath(examined);
  options.signal.throwIfAborted();
  const failed = rows.filter((row) => !row.passed);
  if (!options.json) summarize(rows, failed);
  return failed.length === 0 ? 0 : 1;
}

/** What must be true when everything has been answered. */
async function checkAftermath({ fleet, discord, examine, signal }: Examined): Promise<void> {
  await examine('nothing waits, nothing failed', async () => {
    const observer = new Observer(fleet.ingestor, fleet.worker);
    let snapshot = await observer.look();
    for (let tries = 0; tries < 50 && waitingIn(snapshot).length > 0; tries += 1) {
      await delay(200, undefined, { signal });
      snapshot = await observer.look();
    }
    const waiting = waitingIn(snapshot);
    if (Object.keys(snapshot.queues).length === 0) throw new Error('the worker does not tell how full its queues are');
    if (waiting.length > 0)
      throw new Error(`still waiting: ${waiting.map(([name, ready]) => `${ready} in ${name}`).join(', ')}`);
    return { detail: `${Object.keys(snapshot.queues).length} queues empty, no dead letters`, seen: undefined };
  });
  await examine("Discord's rules were kept", async () => {
    const violations = discord.recording.violations();
    const [first] = violations;
    if (first !== undefined)
      throw new Error(`${violations.length} requests that Discord would refuse, first: ${JSON.stringify(first)}`);
    const { closesByGateway, identifies } = discord.gateway.statistics;
    if (Object.keys(closesByGateway).length > 0) throw new Error(`Discord closed: ${JSON.stringify(closesByGateway)}`);
    if (identifies !== 1) throw new Error(`${identifies} IDENTIFYs, one was due`);
    return { detail: `${discord.recording.requests().length} requests, 1 IDENTIFY`, seen: undefined };
  });
}

function waitingIn({ queues }: Snapshot): [string, number][] {
  return Object.entries(queues).filter(([, ready]) => ready > 0);
}

const nameWidth = 38;

function showText({ name, passed, detail, tookMs }: Row): void {
  const mark = passed ? paint('green', '✓') : paint('red', '✗');
  const took = `${tookMs.toFixed(0)} ms`.padStart(8);
  console.log(`${mark} ${name.padEnd(nameWidth)} ${paint('dim', took)}  ${passed ? detail : paint('red', detail)}`);
}

function paint(style: 'green' | 'red' | 'dim', text: string): string {
  return styleText(style, text, { stream: process.stdout });
}

function showJson(row: Row): void {
  console.log(JSON.stringify({ event: 'check', ...row }));
}

function summarize(rows: readonly Row[], failed: readonly Row[]): void {
  console.log(`\n${rows.length - failed.length} of ${rows.length} checks passed`);
  if (failed.length > 0) console.log(`Failed: ${failed.map((row) => row.name).join('; ')}`);
}
