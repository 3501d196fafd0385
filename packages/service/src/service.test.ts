import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempDisposableSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  connectionSettings,
  createLog,
  discordSettings,
  Health,
  loadSettings,
  Metrics,
  serviceSettings,
  SettingsError,
  withDotEnv,
  withoutSecrets,
  splitUrls,
} from './index.ts';

const interactionToken = 'aW50ZXJhY3Rpb246MTIzNDU2Nzg5MDEyMzQ1Njc4OTpzZWNyZXQ';
const botToken = `MTA4ODUxMDA1ODI4NDk5MDg4OA.GxyzAB.${'s'.repeat(38)}`;

describe('settings', () => {
  const schema = z.object({ ...serviceSettings, ...discordSettings, ...connectionSettings });
  const complete = { DISCORD_TOKEN: botToken, RABBITMQ_URL: 'amqps://host/vhost', REDIS_URL: 'rediss://host' };

  it('are defaulted, and frozen', () => {
    const settings = loadSettings(schema, {
      ...complete,
      LOG_LEVEL: '',
      DISCORD_API_URL: 'http://127.0.0.1:1/api/v10/',
    });
    expect(settings).toMatchObject({
      LOG_LEVEL: 'info',
      HEALTH_PORT: 8080,
      DISCORD_API_URL: 'http://127.0.0.1:1/api/v10',
    });
    expect(Object.isFrozen(settings)).toBe(true);
  });

  it('that are wrong are named together, each with what it expects, and never with its value', () => {
    const load = () =>
      loadSettings(schema, { DISCORD_TOKEN: 'Bot s3cret', RABBITMQ_URL: 'http://x', HEALTH_PORT: '70000' });
    expect(load).toThrow(SettingsError);
    expect(load).toThrow(/4 settings are wrong/);
    for (const name of [
      'HEALTH_PORT cannot be used',
      'DISCORD_TOKEN cannot be used',
      'RABBITMQ_URL',
      'REDIS_URL is missing',
    ]) {
      expect(load).toThrow(name);
    }
    expect(load).not.toThrow(/s3cret/);
  });

  it('name one Redis, or several nodes of a cluster', () => {
    const load = (urls: string) => loadSettings(schema, { ...complete, REDIS_URL: urls }).REDIS_URL;
    const nodes = 'rediss://user:pass,word@a:7000,rediss://user:pass,word@b:7000, rediss://c';
    expect(load(nodes)).toBe(nodes);
    expect(splitUrls(nodes)).toEqual([
      'rediss://user:pass,word@a:7000',
      'rediss://user:pass,word@b:7000',
      'rediss://c',
    ]);
    for (const wrong of ['http://a', 'redis://a,http://b', 'a:7000,b:7000', 'redis://a:7000,b:7000']) {
      expect(() => load(wrong)).toThrow(/REDIS_URL cannot be used: .*nodes of a cluster/);
    }
  });

  it('name patterns of events, none of which takes an interaction to a second queue', () => {
    const load = (patterns?: string) => loadSettings(schema, { ...complete, ARRAKIS_EVENTS: patterns }).ARRAKIS_EVENTS;
    expect(load()).toEqual([]);
    expect(load('message.create, presence.#,thread.*.update,presence.#')).toEqual([
      'message.create',
      'presence.#',
      'thread.*.update',
    ]);
    for (const wild of ['#', '*.create', '#.update']) {
      expect(() => load(`message.#,${wild}`)).toThrow(/ARRAKIS_EVENTS .*: pattern 2 begins with a wildcard/);
    }
    expect(() => load('interaction.component')).toThrow(/pattern 1 is of interactions/);
    for (const wrong of ['MESSAGE_CREATE', 'message.', 'message create', 'message.cr*', 'message.create,']) {
      expect(() => load(wrong)).toThrow(/ARRAKIS_EVENTS cannot be used: pattern \d is none: .*for example message/);
    }
    expect(() => load('a.#.#.#.#.#.#.#.#')).toThrow('more than 8 words');
  });

  it('are completed by .env in development only, and what the environment says itself counts', () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), 'arrakis-'));
    const file = join(folder.path, '.env');
    writeFileSync(file, 'A=file\nB=file\n');
    expect(withDotEnv({ B: 'own' }, file)).toEqual({ A: 'file', B: 'own' });
    expect(withDotEnv({ B: 'own', APP_ENV: 'production' }, file)).toEqual({ B: 'own', APP_ENV: 'production' });
    expect(withDotEnv({ B: 'own' }, `${file}.none`)).toEqual({ B: 'own' });
  });
});

describe('the log', () => {
  it('lets no secret through: not as a property, not within a text, not in an error or its cause', () => {
    const lines: string[] = [];
    const log = createLog({ name: 'test', level: 'trace', destination: { write: (line) => void lines.push(line) } });
    const callback = `https://discord.com/api/v10/interactions/1/${interactionToken}/callback`;
    const failed = new Error(`POST ${callback} failed`, {
      cause: new Error(`amqp://user:pa55word@host with ${botToken}`),
    });
    log.info(
      { token: botToken, nested: { authorization: 'Bot x', deeper: { password: 'pa55word' } } },
      `as ${botToken}`,
    );
    log.error({ err: failed }, failed.message);
    const written = lines.join('');
    expect(lines).toHaveLength(2);
    for (const secret of [interactionToken, botToken, 'pa55word', 'Bot x']) expect(written).not.toContain(secret);
    expect(written).toContain('amqp://user:[password]@host');
  });

  it('survives an error that is its own cause, and cleans texts beside it', () => {
    const lines: string[] = [];
    const log = createLog({ name: 'test', level: 'trace', destination: { write: (line) => void lines.push(line) } });
    const circular = new Error('outer');
    circular.cause = circular;
    log.error({ err: circular, reason: 'redis://u:p@ss@host/0?password=hidden' }, 'failed');
    expect(lines.join('')).toContain('redis://u:[password]@host/0?password=[redacted]');
  });

  it('takes no noticeable time for a text of a megabyte', () => {
    const before = process.threadCpuUsage();
    for (const piece of ['a', 'a.', 'a:', '://', '@', '/']) withoutSecrets(piece.repeat(1_000_000 / piece.length));
    expect(process.threadCpuUsage(before).user).toBeLessThan(2_000_000);
  });

  it('leaves what is no secret as it is', () => {
    const harmless = 'guild 1088510058284990888: shard 3 resumed, see https://discord.com/channels/1/2';
    expect(withoutSecrets(harmless)).toBe(harmless);
  });
});

describe('health', () => {
  const open: Health[] = [];
  afterEach(async () => {
    for (const health of open.splice(0)) await health.close();
  });

  it('tells alive from ready, says why not, and shows the metrics', async () => {
    const metrics = new Metrics();
    metrics.counter({ name: 'things_total', help: 'Things' }).inc(3);
    const health = await Health.listen({ host: '127.0.0.1', port: 0, metrics });
    open.push(health);
    let fault: string | undefined = 'no connection';
    health.addCheck('broker', () => fault);
    const get = async (path: string, method = 'GET') => {
      const response = await fetch(`http://127.0.0.1:${health.port}${path}`, { method });
      return { status: response.status, text: await response.text() };
    };
    expect(await get('/healthz')).toMatchObject({ status: 200 });
    expect(await get('/readyz')).toMatchObject({
      status: 503,
      text: expect.stringContaining('"broker":"no connection"'),
    });
    fault = undefined;
    expect(await get('/readyz')).toMatchObject({ status: 200 });
    expect((await get('/metrics')).text).toMatch(/^things_total 3$/m);
    expect(await get('/other')).toMatchObject({ status: 404 });
    let shards = [{ id: 0, state: 'waiting', lastDisconnect: 'amqp://user:hidden@host is gone' }];
    health.addReport('shards', () => shards);
    expect((await get('/shards')).text).not.toContain('hidden');
    shards = [];
    expect(await get('/shards')).toEqual({ status: 200, text: '[]\n' });
    expect((await get('/other')).text).toContain('/shards');
    expect(await get('/healthz', 'POST')).toMatchObject({ status: 405 });
    health.announceStop();
    expect(await get('/readyz')).toMatchObject({ status: 503 });
  });
});

describe('a service', () => {
  const modulePath = new URL('index.ts', import.meta.url).href;

  /** Runs a service of these lines in a process of its own, ends it by `signals` once it has started. */
  async function runAsProcess(body: string, signals: NodeJS.Signals[] = []) {
    const script = `
      import { runService, SettingsError } from ${JSON.stringify(modulePath)};
      const settings = { LOG_LEVEL: 'info', HEALTH_HOST: '127.0.0.1', HEALTH_PORT: 0 };
      ${body}`;
    const child = spawn(process.execPath, ['--input-type=module', '--conditions=source', '-e', script], {
      cwd: new URL('..', import.meta.url),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const errors = text(child.stderr);
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (chunk.toString().includes('"started"')) for (const signal of signals.splice(0, 1)) child.kill(signal);
      if (chunk.toString().includes('"stopping"')) for (const signal of signals.splice(0, 1)) child.kill(signal);
    });
    await once(child, 'close');
    return { code: child.exitCode, output, errors: await errors };
  }

  it('releases in reverse order on SIGTERM, leaves what takes too long, and exits with 0', async () => {
    const { code, output } = await runAsProcess(
      `await runService('t', () => settings, async (service) => {
        service.defer('first', 1_000, () => service.log.info('released first'));
        service.defer('stuck', 50, () => new Promise(() => {}));
        service.defer('last', 1_000, () => service.log.info('released last'));
      });`,
      ['SIGTERM'],
    );
    expect(code).toBe(0);
    expect(output).toMatch(/released last.*released first.*"left":\["stuck"\]/s);
  });

  it('writes the last lines of its log in order, however long the others take', async () => {
    const { output } = await runAsProcess(
      `import { pbkdf2 } from 'node:crypto';
      import { setTimeout as delay } from 'node:timers/promises';
      // Whatever is written waits for these: Node has four threads for both.
      const occupyThreads = () => {
        for (let thread = 0; thread < 4; thread += 1) pbkdf2('a', 'b', 200_000, 64, 'sha512', () => {});
      };
      await runService('t', () => settings, async (service) => {
        service.defer('first', 1_000, () => service.log.info('released first'));
        service.defer('wait', 1_000, () => delay(1));
        service.defer('last', 1_000, () => {
          occupyThreads();
          service.log.info('released last');
        });
      });`,
      ['SIGTERM'],
    );
    expect(output).toMatch(/released last.*released first.*"left":/s);
  });

  it('exits at once on a second signal', async () => {
    const { code } = await runAsProcess(
      `await runService('t', () => settings, async (service) => {
        service.defer('stuck', 20_000, () => new Promise(() => {}));
      });`,
      ['SIGTERM', 'SIGTERM'],
    );
    expect(code).toBe(1);
  });

  it('exits with 2 and one message on wrong settings, and with 1 when it cannot start', async () => {
    const wrong = await runAsProcess(
      `await runService('t', () => { throw new SettingsError('A is wrong'); }, async () => {});`,
    );
    expect(wrong).toMatchObject({ code: 2, output: '', errors: 't: A is wrong\n' });
    const late = await runAsProcess(
      `await runService('t', () => settings, async () => { throw new SettingsError('B is wrong'); });`,
    );
    expect(late).toMatchObject({ code: 2, errors: 'B is wrong\n' });
    const failed = await runAsProcess(
      `await runService('t', () => settings, async () => { throw new Error('no luck'); });`,
    );
    expect(failed.code).toBe(1);
    expect(failed.output).toContain('no luck');
  });
});
