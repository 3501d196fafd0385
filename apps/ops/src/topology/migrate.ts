import { Administration, type MigrationStep } from '@arrakis/broker';
import { z } from 'zod';
import { exitCodes, UsageError, type Command, type Invocation } from '../command.ts';
import { loadBrokerSettings, topologyOf } from '../config.ts';
import type { Output } from '../output.ts';

const options = {
  settle: {
    value: '<seconds>',
    description: 'how long the queue must have been empty and unread before it is deleted',
    default: '30',
  },
  patience: {
    value: '<seconds>',
    description: 'how long to wait for workers that have not stopped',
    default: '600',
  },
} as const;

/** `arrakis topology migrate` */
export const migrateTopology: Command = {
  name: 'topology migrate',
  operands: ['<queue>'],
  options,
  summary: 'gives a queue the arguments of this release, while events go on, and loses none',
  description: `Gives a queue the arguments of this release. Since RabbitMQ cannot change them, another queue takes its place for a
while, and all messages are moved there and back. Ingestors go on meanwhile; stop the workers before, and start those of
this release when it says so. It may be interrupted at any point, even killed: run it again, and it goes on.

A worker that is stopping may hold messages that RabbitMQ does not tell of; --settle must be longer than it lives, which
is 25 seconds at most. When you know that all of them are gone, a second is enough.`,
  examples: [
    'arrakis topology migrate arrakis.events.guild',
    'arrakis topology migrate arrakis.interactions --settle 1',
  ],
  exits: { done: 'the queue is as it should be' },
  async run({ operands, options: given, environment, json, output, signal }) {
    const settings = loadBrokerSettings(environment);
    const { RABBITMQ_URL: url, ARRAKIS_NAMESPACE: namespace } = settings;
    const [queue = ''] = operands;
    const topology = topologyOf(settings);
    const known = topology.queues.map(({ name }) => name);
    if (!known.includes(queue)) throw new UsageError(`there is no queue '${queue}', but ${known.join(', ')}.`);
    const settleMs = millisecondsOf(given, 'settle');
    const patienceMs = millisecondsOf(given, 'patience');
    await using administration = await Administration.connect(url);
    const progress = new Progress(output);
    const tell = (step: MigrationStep) => progress.tell(step);
    const outcome = await administration.migrate({ topology, queue, settleMs, patienceMs, signal, tell });
    if (json) output.json({ namespace, queue, outcome, moved: progress.moved });
    else if (outcome === 'unneeded') output.line(`${queue} is as it should be: nothing to do.`);
    else output.line(`${output.style('good', '✓')} ${queue} is as it should be.`);
    return exitCodes.done;
  },
};

function millisecondsOf(given: Invocation['options'], option: keyof typeof options): number {
  const seconds = z.coerce.number().min(0).max(86_400).safeParse(given[option]);
  if (!seconds.success) throw new UsageError(`--${option} is a number of seconds up to 86400.`);
  return seconds.data * 1_000;
}

/** How often the same is told, in ms. */
const repeatAfterMs = 5_000;

/** Tells people how far a migration is: each step once, and how it goes on every few seconds. */
class Progress {
  /** Messages that have been moved, in each direction. */
  readonly moved: Record<string, number> = {};
  readonly #output: Output;
  #last = '';
  #toldAt = 0;

  constructor(output: Output) {
    this.#output = output;
  }

  tell(step: MigrationStep): void {
    if (step.step === 'moving') this.moved[`to ${step.to}`] = step.moved;
    const now = performance.now();
    if (step.step === this.#last && now - this.#toldAt < repeatAfterMs) return;
    this.#last = step.step;
    this.#toldAt = now;
    this.#output.note(describeStep(step));
  }
}

function describeStep(step: MigrationStep): string {
  switch (step.step) {
    case 'diverted':
      return `Events go to ${step.to} for now.`;
    case 'moving':
      return `Moving messages from ${step.from} to ${step.to}: ${step.moved} so far.`;
    case 'waiting':
      return `Waiting: somebody reads ${step.queue} (consumers: ${step.consumers}). Stop the workers.`;
    case 'settling':
      return `${step.queue} is empty. Making sure that it stays so.`;
    case 'replaced':
      return `${step.queue} is declared anew and gets the events. Workers of this release may start.`;
  }
}
