import { Administration } from '@arrakis/broker';
import { exitCodes, type Command } from '../command.ts';
import { loadBrokerSettings, topologyOf } from '../config.ts';
import { describeAdvice, describePlan } from './describe-plan.ts';

/** `arrakis topology apply` */
export const applyTopology: Command = {
  name: 'topology apply',
  summary: 'declares the exchanges, queues and bindings that are missing',
  description: `Declares the exchanges and queues that are missing, and all bindings. What exists is neither changed nor deleted.
Apps do the same when they start, if their user may.`,
  examples: ['arrakis topology apply', 'arrakis topology plan || arrakis topology apply'],
  exits: {
    done: 'everything is as it should be now',
    differs: 'something exists in another form, and was left as it is',
  },
  async run({ environment, json, output }) {
    const settings = loadBrokerSettings(environment);
    const { RABBITMQ_URL: url, ARRAKIS_NAMESPACE: namespace } = settings;
    await using administration = await Administration.connect(url);
    const topology = topologyOf(settings);
    const before = await administration.apply(topology);
    const after = await administration.plan(topology);
    const declared = before.objects
      .filter(({ state }) => state === 'missing')
      .map(({ kind, name }) => ({ kind, name }));
    if (json) output.json({ namespace, declared, ...after });
    else {
      for (const { kind, name } of declared) output.line(`${output.style('good', '+')} ${kind} ${name} declared`);
      output.line(`${output.style('good', '+')} ${topology.bindings.length} bindings declared`);
      for (const line of describePlan(after, output)) output.line(line);
      if (!after.inSync) for (const line of describeAdvice(after)) output.line(line);
    }
    return after.inSync ? exitCodes.done : exitCodes.differs;
  },
};
