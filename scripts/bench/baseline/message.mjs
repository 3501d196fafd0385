// The messages of the baselines: those of Arrakis, property by property.
import { randomUUID } from 'node:crypto';

/**
 * The properties of an event.
 *
 * @param {{ type: string, s: number, d: any, shardId: number }} event
 * @param {{ applicationId: string, sessionId: string | undefined }} about
 * @returns {import('amqplib').Options.Publish}
 */
export function propertiesOf({ type, s, d, shardId }, { applicationId, sessionId }) {
  const receivedAt = Date.now();
  const interaction = type.startsWith('interaction.');
  const guild = type === 'guild.create' ? d.id : d.guild_id;
  const user = d.user?.id ?? d.member?.user?.id;
  return {
    messageId: interaction ? d.id : `${applicationId}:${sessionId}:${s}`,
    type,
    priority: interaction ? 10 : 0,
    appId: applicationId,
    timestamp: Math.floor(receivedAt / 1000),
    contentType: 'application/json',
    persistent: true,
    headers: {
      'x-arrakis-v': 1,
      'x-arrakis-shard': shardId,
      'x-arrakis-seq': s,
      'x-arrakis-received': receivedAt,
      traceparent: newTraceparent(),
      ...(guild !== undefined && { 'x-arrakis-guild': guild }),
      ...(user !== undefined && { 'x-arrakis-user': user }),
    },
  };
}

/**
 * The routing key of an event; undefined when no queue wants it.
 *
 * @param {string} name
 * @param {any} data
 */
export function typeOf(name, data) {
  switch (name) {
    case 'INTERACTION_CREATE':
      return `interaction.command.${data.data.name}`;
    case 'GUILD_MEMBER_ADD':
      return 'member.join';
    case 'GUILD_MEMBER_UPDATE':
      return 'member.update';
    case 'GUILD_MEMBER_REMOVE':
      return 'member.leave';
    case 'GUILD_CREATE':
      return 'guild.create';
    default:
      return undefined;
  }
}

/** Made of UUIDs, whose random bytes come from a pool of Node's. */
function newTraceparent() {
  const traceId = randomUUID().replaceAll('-', '');
  const spanId = randomUUID().replaceAll('-', '').slice(0, 16);
  return `00-${traceId}-${spanId}-01`;
}

/** When a message was published, as {@link monotonicMicros} tells. */
export const sentAtHeader = 'sent-at';

/** A clock that all processes of a machine share, in µs. */
export function monotonicMicros() {
  return Number(process.hrtime.bigint() / 1_000n);
}
