// The baseline: what one writes with @discordjs/ws, amqplib and ioredis for the same job, in good faith. It publishes
// the same events with the same properties to the same queues, persistent and confirmed, and keeps its sessions in
// Redis every 200 ms. Its settings have the names of Arrakis' own.
import { REST } from '@discordjs/rest';
import { WebSocketManager, WebSocketShardEvents } from '@discordjs/ws';
import amqplib from 'amqplib';
import { Redis } from 'ioredis';
import { propertiesOf, typeOf } from './message.mjs';

const settings = {
  token: process.env['DISCORD_TOKEN'] ?? '',
  applicationId: process.env['DISCORD_APPLICATION_ID'] ?? '',
  // This library adds the version itself.
  apiUrl: (process.env['DISCORD_API_URL'] ?? '').replace(/\/v\d+$/, ''),
  rabbitmqUrl: process.env['RABBITMQ_URL'] ?? '',
  redisUrl: process.env['REDIS_URL'] ?? '',
  namespace: process.env['ARRAKIS_NAMESPACE'] ?? '',
  intents: Number(process.env['DISCORD_INTENTS']),
  shards: Number(process.env['SHARD_COUNT']),
};

const storeEveryMs = 200;
const exchange = `${settings.namespace}.events`;
const sessionsKey = `${settings.namespace}:${settings.applicationId}:sessions`;

/** @typedef {import('@discordjs/ws').SessionInfo} SessionInfo */
/** @type {Map<number, SessionInfo>} */
const sessions = new Map();
/** @type {Set<number>} */
const changed = new Set();

const redis = new Redis(settings.redisUrl);
for (const [shard, session] of Object.entries(await redis.hgetall(sessionsKey))) {
  sessions.set(Number(shard), JSON.parse(session));
}
setInterval(() => {
  const fields = [...changed].flatMap((shard) => [String(shard), JSON.stringify(sessions.get(shard) ?? null)]);
  changed.clear();
  if (fields.length > 0) redis.hset(sessionsKey, ...fields).catch(fail);
}, storeEveryMs);

const broker = await amqplib.connect(settings.rabbitmqUrl);
const channel = await broker.createConfirmChannel();
const manager = new WebSocketManager({
  token: settings.token,
  intents: settings.intents,
  shardCount: settings.shards,
  rest: new REST({ api: settings.apiUrl }).setToken(settings.token),
  retrieveSessionInfo: (shardId) => sessions.get(shardId) ?? null,
  updateSessionInfo(shardId, session) {
    if (session === null) sessions.delete(shardId);
    else sessions.set(shardId, session);
    changed.add(shardId);
  },
});
manager.on(WebSocketShardEvents.Dispatch, ({ t, s, d }, shardId) => publish({ t, s, d, shardId }));
manager.on(WebSocketShardEvents.Error, fail);
await manager.connect();

/** @param {{ t: string, s: number, d: any, shardId: number }} dispatch */
function publish({ t, s, d, shardId }) {
  const type = typeOf(t, d);
  if (type === undefined) return;
  const about = { applicationId: settings.applicationId, sessionId: sessions.get(shardId)?.sessionId };
  const properties = propertiesOf({ type, s, d, shardId }, about);
  channel.publish(exchange, type, Buffer.from(JSON.stringify(d)), properties, (cause) => {
    if (cause !== null) fail(cause);
  });
}

/** @param {unknown} cause */
function fail(cause) {
  console.error(cause);
  process.exit(1);
}
