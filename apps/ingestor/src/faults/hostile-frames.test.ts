import { randomBytes } from 'node:crypto';
import { waitFor, type AppProcess } from '@arrakis/testkit';
import { describe, expect, it } from 'vitest';
import { Scene } from '../testing/scene.ts';

const member = (sequence: number) => `{"t":"GUILD_MEMBER_ADD","s":${sequence},"op":0,"d":{"guild_id":"1"}}`;

/** What no gateway should send; `next` is the sequence of the next true dispatch. Each makes the connection useless. */
const unusable: Readonly<Record<string, (next: number) => string | Uint8Array>> = {
  nothing: () => '',
  'half a dispatch': (next) => member(next).slice(0, -5),
  'two dispatches': (next) => member(next) + member(next + 1),
  'a number': () => '7',
  null: () => 'null',
  'a list': () => '[]',
  'ten megabytes of nothing': () => 'x'.repeat(10 * 2 ** 20),
  'ten megabytes of brackets': () => '['.repeat(10 * 2 ** 20),
  'random bytes': () => randomBytes(4_096),
  'text that is no UTF-8': (next) =>
    Buffer.concat([Buffer.from(member(next).slice(0, -1)), Buffer.of(0xff, 0xc0, 0x80)]),
  'compressed bytes that nobody asked for': () => Buffer.from('789c010000ffff', 'hex'),
  'an opcode that is a text': (next) => member(next).replace('"op":0', '"op":"0"'),
  'a sequence that is a text': (next) => member(next).replace(`"s":${next}`, `"s":"${next}"`),
  'a sequence below zero': () => member(-1),
  'a sequence beyond all numbers': (next) => member(next).replace(`"s":${next}`, '"s":1e999'),
  'half a sequence': (next) => member(next).replace(`"s":${next}`, `"s":${next}.5`),
  'a dispatch without a sequence': (next) => member(next).replace(`"s":${next},`, ''),
  'a dispatch without a name': (next) => member(next).replace('"t":"GUILD_MEMBER_ADD",', ''),
  'a name that is no name': (next) => member(next).replace('GUILD_MEMBER_ADD', 'guild member\\r\\nadd'),
  'an endless name': (next) => member(next).replace('GUILD_MEMBER_ADD', 'A'.repeat(70_000)),
  'a second hello with a wrong interval': () => '{"t":null,"s":null,"op":10,"d":{"heartbeat_interval":-1}}',
};

/** What is odd as well, but means nothing: the connection goes on. */
const harmless = [
  '{"t":null,"s":null,"op":99,"d":{"new":true}}',
  '{"t":null,"s":null,"op":11,"d":null}',
  '{"op":1,"d":null}',
  '{"__proto__":{"op":0},"constructor":null,"t":null,"s":null,"op":42,"d":null}',
  `{"t":null,"s":null,"op":43,"d":${'['.repeat(5_000)}${']'.repeat(5_000)}}`,
];

/** A shard waits longer after every failure in a row, so no ingestor is given all of them. */
const framesEach = 4;
const kinds = Object.keys(unusable);
const portions = Array.from({ length: Math.ceil(kinds.length / framesEach) }, (_, portion) =>
  kinds.slice(portion * framesEach, (portion + 1) * framesEach),
);

describe.concurrent('an ingestor lives, and its cursor stays right, when it is sent', () => {
  it.each(portions.map((portion) => [portion.join(', '), portion] as const))(
    '%s',
    async (_, portion) => {
      await using scene = await Scene.start();
      const ingestor = await scene.startReadyIngestor();
      const { gateway } = scene.discord;
      const flow = scene.flow(100);
      for (const what of portion) {
        const before = gateway.statistics.resumes;
        gateway.sendRaw({}, unusable[what]?.((gateway.sessions()[0]?.sequence ?? 0) + 1) ?? '');
        await waitFor(() => gateway.statistics.resumes > before, { what: `a RESUME after ${what}`, timeoutMs: 20_000 });
      }
      await flow.stop();
      await expectAllWell(scene, ingestor);
    },
    60_000,
  );

  it('what is odd and means nothing, and an event of ten megabytes', async () => {
    await using scene = await Scene.start();
    const ingestor = await scene.startReadyIngestor();
    const { gateway } = scene.discord;
    for (const frame of harmless) gateway.sendRaw({}, frame);
    scene.join(10);
    scene.join(1, { padding: 10 * 2 ** 20 });
    scene.join(10);
    await expectAllWell(scene, ingestor);
    expect(gateway.statistics.connectionsOpened).toBe(1);
  }, 60_000);
});

it('an event that is too large for the broker holds up no other, and its loss is told', async () => {
  await using scene = await Scene.start();
  const ingestor = await scene.startReadyIngestor();
  scene.join(10);
  scene.join(1, { padding: 17 * 2 ** 20 });
  const [large] = scene.discord.gateway.sessions();
  scene.join(10);
  await scene.settled(ingestor);
  const report = await scene.collect({ missing: 1 });
  expect(report.faults, String(report)).toEqual([]);
  const gap = { session_id: large?.sessionId, shard_id: 0, from: large?.sequence, to: large?.sequence, missing: 1 };
  expect(report).toMatchObject({ repeats: 0, disordered: [], sessions: 1, notices: [{ body: gap }] });
  expect(ingestor.log.filter(({ level }) => level === 'error' || level === 'fatal')).toMatchObject([
    { type: 'member.join', shard: 0 },
  ]);
}, 60_000);

it('an event that can never be read does not keep its shard down, and its loss is told', async () => {
  await using scene = await Scene.start();
  const ingestor = await scene.startReadyIngestor();
  const { gateway } = scene.discord;
  scene.join(10);
  const { applicationId, guildId } = scene;
  gateway.dispatch({ applicationId, guildId, type: 'a name of tomorrow', data: { guild_id: guildId } });
  const [unreadable] = gateway.sessions();
  scene.join(10);
  await waitFor(() => gateway.statistics.resumes === 3, { what: 'RESUMEs', timeoutMs: 20_000 });
  await scene.settled(ingestor);
  const report = await scene.collect({ missing: 1 });
  expect(report.faults, String(report)).toEqual([]);
  const { sessionId, sequence } = unreadable ?? {};
  const gap = { session_id: sessionId, shard_id: 0, from: sequence, to: sequence, missing: 1 };
  expect(report).toMatchObject({ repeats: 0, disordered: [], sessions: 1, notices: [{ body: gap }] });
  expect(ingestor.log.filter(({ level }) => level === 'error' || level === 'fatal')).toMatchObject([
    { shard: 0, msg: expect.stringContaining('without a frame') },
    { shard: 0, missing: 1 },
  ]);
}, 60_000);

async function expectAllWell(scene: Scene, ingestor: AppProcess): Promise<void> {
  const report = await scene.report(ingestor);
  expect(report.faults, String(report)).toEqual([]);
  expect(report).toMatchObject({ repeats: 0, disordered: [], sessions: 1, notices: [] });
  expect(scene.discord.gateway.identifies).toBe(1);
  expect(ingestor.log.filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([]);
}
