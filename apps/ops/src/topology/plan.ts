import { Administration } from '@arrakis/broker';
import { exitCodes, type Command } from '../command.ts';
import { loadBrokerSettings, topologyOf } from '../config.ts';
import { describeAdvice, describePlan } from './describe-plan.ts';

/** `arrakis topology plan` */
export const planTopology: Command = {
  name: 'topology plan',
  summary: 'what differs between the exchanges and queues that Arrakis needs and those of the broker',
  description: `Compares the exchanges and queues that this release needs with those of the broker, and changes nothing.
It needs no management plugin, but a user who may configure these names, since RabbitMQ tells others nothing.
Over AMQP bindings cannot be seen; 'arrakis topology apply' declares them all again.`,
  examples: [
    'arrakis topology plan',
    'arrakis topology plan --json',
    'RABBITMQ_URL=amqps://admin:…@rabbitmq.example.org arrakis topology plan && ./deploy.sh',
  ],
  exits: {
    done: 'everything is as it should be',
    differs: 'something differs, is missing, or may not be seen',
  },
  async run({ environment, json, output }) {
    const settings = loadBrokerSettings(environment);
    const { RABBITMQ_URL: url, ARRAKIS_NAMESPACE: namespace } = settings;
    await using administration = await Administration.connect(url);
    const plan = await administration.plan(topologyOf(settings));
    if (json) output.json({ namespace, ...plan });
    else {
      for (const line of [...describePlan(plan, output), ...describeAdvice(plan)]) output.line(line);
    }
    return plan.inSync ? exitCodes.done : exitCodes.differs;
  },
};
