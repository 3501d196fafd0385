import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Administration } from '@arrakis/broker';
import { namesIn, topologyIn } from '@arrakis/protocol';
import { startSimulator, type Simulator } from '@arrakis/simulator';
import {
  AppProcess,
  collectQueues,
  deleteAfterTests,
  Ledger,
  testServices,
  uniqueNamespace,
  waitFor,
} from '@arrakis/testkit';
import { expect, test } from 'vitest';
import { commands } from '../commands.ts';
import { run } from '../testing/captured-output.ts';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
const ingestorMain = new URL('../../../ingestor/src/main.ts', import.meta.url);

interface Ending {
  /** It is sent the signal as soon as it says what matches. */
  readonly at: RegExp;
  readonly signal: NodeJS.Signals;
}

/** Runs `arrakis` as a process of its own. */
async function arrakis(args: readonly string[], env: NodeJS.ProcessEnv, ending?: Ending) {
  const child = spawn(process.execPath, ['--conditions=source', main, ...args], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const closed = once(child, 'close');
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stderr })) {
    lines.push(line);
    if (ending?.at.test(line)) child.kill(ending.signal);
  }
  await closed;
  return { exitCode: child.exitCode, said: lines.join('\n') };
}

/** Members join, so many a second, until it is stopped. */
function flow({ gateway, bots }: Simulator, perSecond: number): () => Promise<number> {
  const flowing = new AbortController();
  const [bot] = bots;
  const guildId = bot?.guildIds()[0] ?? '';
  const startedAt = performance.now();
  let count = 0;
  const running = (async () => {
    while (!flowing.signal.aborted) {
      for (const due = ((performance.now() - startedAt) * perSecond) / 1_000; count < due; count += 1) {
        const data = { guild_id: guildId, user: { id: String(count), username: `member-${count}` }, roles: [] };
        gateway.dispatch({ applicationId: bot?.applicationId ?? '', guildId, type: 'GUILD_MEMBER_ADD', data });
      }
      await delay(5);
    }
    return count;
  })();
  return () => {
    flowing.abort();
    return running;
  };
}

test(
  'a migration that is killed at every step loses no event of an ingestor under load',
  { timeout: 180_000 },
  async () => {
    const { rabbitmqUrl, redisUrl } = await testServices();
    const namespace = uniqueNamespace();
    const { guildEvents } = namesIn(namespace);
    deleteAfterTests(`${guildEvents}.migration`);
    await using resources = new AsyncDisposableStack();
    const discord = await startSimulator({ guilds: 1, gateway: { identifyWindowMs: 40 } });
    resources.defer(() => discord.stop());
    const ledger = new Ledger(namespace);
    discord.recording.observeDispatches((dispatch, body) => ledger.sent(dispatch, body));
    const settings = { RABBITMQ_URL: rabbitmqUrl, ARRAKIS_NAMESPACE: namespace };
    const ingestor = resources.use(
      new AppProcess(ingestorMain, {
        ...settings,
        REDIS_URL: redisUrl,
        DISCORD_TOKEN: discord.bots[0]?.token,
        DISCORD_API_URL: discord.apiUrl,
      }),
    );
    await ingestor.ready();
    const stop = flow(discord, 500);

    // The other way first: so the queue has the form of another release, and the ingestor is already at work.
    await using administration = await Administration.connect(rabbitmqUrl);
    const queues = topologyIn(namespace).queues.map((each) =>
      each.name === guildEvents ? { name: guildEvents, arguments: { ...each.arguments, 'x-delivery-limit': 7 } } : each,
    );
    await administration.migrate({
      topology: { ...topologyIn(namespace), queues },
      queue: guildEvents,
      settleMs: 200,
      patienceMs: 30_000,
      signal: AbortSignal.timeout(60_000),
      tell: () => undefined,
    });

    const env = { APP_ENV: 'test', ...settings };
    const migrate = ['topology', 'migrate', guildEvents, '--settle', '0.3'];
    const steps = [
      /^Events go to/,
      /^Moving messages from \S+\.guild to/,
      /guild is empty/,
      /is declared anew/,
      /\.migration is empty/,
    ];
    for (const at of steps) {
      const { exitCode, said } = await arrakis(migrate, env, { at, signal: 'SIGKILL' });
      expect(exitCode, said).toBeNull();
    }
    const stopped = await arrakis(migrate, env, { at: /\.migration is empty/, signal: 'SIGINT' });
    expect(stopped).toMatchObject({ exitCode: 130, said: expect.stringContaining('interrupted by SIGINT') });
    const unfinished = await run('topology plan', { commands, environment: env });
    expect(unfinished.exitCode).toBe(2);
    expect(unfinished.stdout).toContain(`queue ${guildEvents}: a migration has begun and not ended`);
    expect(unfinished.stdout).toContain(`arrakis topology migrate ${guildEvents}`);
    expect(await arrakis(migrate, env)).toMatchObject({ exitCode: 0 });
    expect(await run('topology plan', { commands, environment: env })).toMatchObject({ exitCode: 0 });

    const joined = await stop();
    await waitFor(async () => (await ingestor.get('/metrics')).text.includes('bot_gateway_unconfirmed 0\n'), {
      what: 'everything to be confirmed',
    });
    await collectQueues(ledger, { url: rabbitmqUrl });
    const report = ledger.report();
    expect(report.faults, String(report)).toEqual([]);
    expect(report.sent).toBeGreaterThanOrEqual(joined);
    expect(joined).toBeGreaterThan(1_000);
  },
);
