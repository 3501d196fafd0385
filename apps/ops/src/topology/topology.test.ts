import { Administration } from '@arrakis/broker';
import { namesIn, topologyIn } from '@arrakis/protocol';
import { deleteAfterTests, testServices, uniqueNamespace } from '@arrakis/testkit';
import { beforeEach, describe, expect, it } from 'vitest';
import { commands } from '../commands.ts';
import { run } from '../testing/captured-output.ts';

let namespace: string;
let environment: NodeJS.ProcessEnv;

beforeEach(async () => {
  namespace = uniqueNamespace();
  environment = { RABBITMQ_URL: (await testServices()).rabbitmqUrl, ARRAKIS_NAMESPACE: namespace };
});

const arrakis = (line: string) => run(line, { commands, environment });

/** Declares a queue in another form, as an older release would have. */
async function declareOtherForm(queue: string): Promise<void> {
  await using administration = await Administration.connect(environment['RABBITMQ_URL'] ?? '');
  const queues = topologyIn(namespace).queues.map((each) =>
    each.name === queue ? { name: queue, arguments: { ...each.arguments, 'x-max-length': 7 } } : each,
  );
  await administration.apply({ ...topologyIn(namespace), queues });
}

describe('arrakis topology', () => {
  it('plans, applies, and has nothing to do then', async () => {
    const { guildEvents } = namesIn(namespace);
    const before = await arrakis('topology plan');
    expect(before.exitCode).toBe(2);
    expect(before.stdout).toContain(`+ queue ${guildEvents} is missing`);
    expect(before.stdout).toContain("'arrakis topology apply' declares what is missing.");
    const applied = await arrakis('topology apply');
    expect(applied.exitCode).toBe(0);
    expect(applied.stdout).toContain(`+ queue ${guildEvents} declared`);
    const after = await arrakis('topology plan');
    expect(after.exitCode).toBe(0);
    expect(after.stdout).toMatch(/^= (\d+) of \1 are as they should be$/m);
    const again = await arrakis('topology apply --json');
    expect(JSON.parse(again.stdout)).toMatchObject({ namespace, declared: [], inSync: true });
  });

  it('knows the queues of modules that are served apart', async () => {
    environment = { ...environment, WORKER_MODULES: 'spice, water' };
    const { interactions, guildEvents, longJobs } = namesIn(namespace).ofModule('water');
    for (const queue of [interactions, guildEvents, longJobs]) deleteAfterTests(queue);
    for (const queue of Object.values(namesIn(namespace).ofModule('spice'))) deleteAfterTests(queue);
    const { exitCode, stdout } = await arrakis('topology apply');
    expect(exitCode).toBe(0);
    for (const queue of [interactions, guildEvents, longJobs]) expect(stdout).toContain(`+ queue ${queue} declared`);
    environment = { ...environment, WORKER_MODULES: 'Spice' };
    expect((await arrakis('topology plan')).stderr).toContain(
      'WORKER_MODULES cannot be used: expected names of modules',
    );
  });

  it('names what differs and how to migrate it, and migrates it', async () => {
    const { guildEvents, deadLetters } = namesIn(namespace);
    await declareOtherForm(guildEvents);
    const plan = await arrakis('topology plan');
    expect(plan.exitCode).toBe(2);
    expect(plan.stdout).toContain(`~ queue ${guildEvents} differs\n    x-max-length is 7, and should be 2000000\n`);
    expect(plan.stdout).toContain(`\n  arrakis topology migrate ${guildEvents}\n`);
    expect(await arrakis('topology apply')).toMatchObject({ exitCode: 2 });
    const { stdout } = await arrakis('topology plan --json');
    expect(JSON.parse(stdout)).toMatchObject({
      inSync: false,
      objects: expect.arrayContaining([
        expect.objectContaining({
          name: guildEvents,
          state: 'different',
          differences: [{ argument: 'x-max-length', wanted: 2_000_000, current: 7 }],
        }),
      ]),
    });
    const migrated = await arrakis(`topology migrate ${guildEvents} --settle 0.2 --json`);
    expect(migrated.exitCode).toBe(0);
    expect(migrated.stderr).toContain(`${guildEvents} is declared anew`);
    expect(JSON.parse(migrated.stdout)).toMatchObject({ queue: guildEvents, outcome: 'migrated' });
    expect(await arrakis('topology plan')).toMatchObject({ exitCode: 0 });
    // What no exchange leads to is moved by its name.
    await declareOtherForm(deadLetters);
    expect(await arrakis(`topology migrate ${deadLetters} --settle 0.2`)).toMatchObject({ exitCode: 0 });
  });

  it('refuses what it cannot do, and says why', async () => {
    const unknown = await arrakis('topology migrate sand');
    expect(unknown).toMatchObject({ exitCode: 64, stderr: expect.stringContaining("there is no queue 'sand', but ") });
    const { interactions } = namesIn(namespace);
    const time = await arrakis(`topology migrate ${interactions} --settle soon`);
    expect(time).toMatchObject({ exitCode: 64, stderr: expect.stringContaining('--settle is a number of seconds') });
    const missing = await arrakis(`topology migrate ${interactions}`);
    expect(missing).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('arrakis topology apply') });
    environment = {};
    const unset = await arrakis('topology plan');
    expect(unset).toMatchObject({ exitCode: 64, stderr: expect.stringContaining('RABBITMQ_URL is missing') });
  });
});
