import { connect, type ChannelModel } from 'amqplib';

/** Without it RabbitMQ suggests 60 s, and a half-open socket stays unnoticed for two minutes. */
const heartbeatSeconds = '10';

export interface ConnectOptions {
  readonly url: string;
  /** What it is for, in the broker's list of connections. */
  readonly purpose: string;
  /** For the handshake, in ms. */
  readonly timeoutMs: number;
}

/** Opens a connection; its `error` event must be listened to at once. */
export function openConnection({ url, purpose, timeoutMs }: ConnectOptions): Promise<ChannelModel> {
  return connect(withHeartbeat(url), {
    timeout: timeoutMs,
    noDelay: true,
    clientProperties: { connection_name: purpose },
  });
}

function withHeartbeat(url: string): string {
  const parsed = new URL(url);
  if (!parsed.searchParams.has('heartbeat')) parsed.searchParams.set('heartbeat', heartbeatSeconds);
  return parsed.toString();
}
