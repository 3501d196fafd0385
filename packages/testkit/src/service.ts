/** What Arrakis needs beside Discord. */
export type ServiceName = 'rabbitmq' | 'redis';

/** Where a service came from. */
export type ServiceOrigin = 'environment' | 'docker' | 'local';

/** One service that answers, and how to end it. */
export interface RunningService {
  readonly url: string;
  readonly origin: ServiceOrigin;
  stop(): Promise<void>;
}

/** What every way of getting services is given. */
export interface ProviderContext {
  /** The checkout's folder. */
  readonly root: string;
  /** Says what takes time now, in a line. */
  readonly report: (step: string) => void;
  readonly signal: AbortSignal | undefined;
}

/** No way led to a running service; the message says what to do. */
export class ServicesUnavailable extends Error {
  override readonly name = 'ServicesUnavailable';
}

export const serviceTitles: Readonly<Record<ServiceName, string>> = {
  rabbitmq: 'RabbitMQ',
  redis: 'Redis',
};
