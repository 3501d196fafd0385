import { ShardCommandError, type CommandOpcode } from './command.ts';

/** What commands are written to. */
export interface CommandWriter {
  /** In how many ms the send budget allows the next command; 0: now. */
  commandIn(): number;
  /** Writes a payload; `done` is called once, with an error when the connection did not take it. */
  write(payload: string, done: (error?: Error | null) => void): void;
}

interface Command {
  readonly payload: string;
  readonly outcome: PromiseWithResolvers<void>;
  /** Its sender has heard that it is not sent. */
  givenUp: boolean;
}

/** Bytes of a payload (Discord docs, Gateway, "Sending Events"). */
const maxPayloadBytes = 4_096;

/** Commands that may wait: what a connection sends in some ten minutes. */
const maxWaiting = 1_000;

/**
 * The commands of a shard, in the order in which they were given. They wait while there is no {@link CommandWriter}
 * and while its budget is used up, and survive a connection that breaks before it has taken them.
 */
export class CommandQueue {
  /** Without the one that is being written. */
  #waiting: Command[] = [];
  #writing: Command | undefined;
  #writer: CommandWriter | undefined;
  #timer: NodeJS.Timeout | undefined;
  #ended = false;

  /** Commands that are not yet written. */
  get size(): number {
    return this.#waiting.length + (this.#writing === undefined ? 0 : 1);
  }

  /**
   * Resolves when the command is written.
   * @throws {ShardCommandError}
   */
  async send(op: CommandOpcode, d: unknown, signal?: AbortSignal): Promise<void> {
    const payload = JSON.stringify({ op, d });
    const bytes = Buffer.byteLength(payload);
    if (bytes > maxPayloadBytes) {
      throw new ShardCommandError('too-large', `A command has ${bytes} bytes, Discord takes ${maxPayloadBytes}.`);
    }
    if (this.#ended) throw stopped();
    if (signal?.aborted === true) throw aborted(signal);
    if (this.size >= maxWaiting) throw new ShardCommandError('queue-full', `${maxWaiting} commands are waiting.`);
    const command: Command = { payload, outcome: Promise.withResolvers(), givenUp: false };
    const abort = () => {
      this.#waiting = this.#waiting.filter((other) => other !== command);
      if (signal !== undefined) giveUp(command, aborted(signal));
    };
    signal?.addEventListener('abort', abort, { once: true });
    this.#waiting.push(command);
    this.#pump();
    try {
      await command.outcome.promise;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  /** A connection is ready for commands. */
  open(writer: CommandWriter): void {
    this.#writer = writer;
    this.#pump();
  }

  /** The connection takes no more commands. */
  close(): void {
    this.#writer = undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** No connection will ever take a command again: all that wait are rejected. */
  end(): void {
    this.#ended = true;
    this.close();
    for (const command of this.#waiting.splice(0)) giveUp(command, stopped());
    if (this.#writing !== undefined) giveUp(this.#writing, stopped());
  }

  /** Writes one command after the other, so that none overtakes another that has to be written again. */
  #pump(): void {
    const [command] = this.#waiting;
    const writer = this.#writer;
    if (command === undefined || writer === undefined) return;
    if (this.#writing !== undefined || this.#timer !== undefined) return;
    const inMs = writer.commandIn();
    if (inMs > 0) {
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        this.#pump();
      }, inMs);
      return;
    }
    this.#waiting.shift();
    this.#writing = command;
    writer.write(command.payload, (error) => {
      this.#writing = undefined;
      if (error) this.#refused(command, writer);
      else command.outcome.resolve();
      this.#pump();
    });
  }

  /** What does not take one command takes no other, and its end may be long in coming. */
  #refused(command: Command, writer: CommandWriter): void {
    if (this.#writer === writer) this.#writer = undefined;
    if (!command.givenUp) this.#waiting.unshift(command);
  }
}

function giveUp(command: Command, error: ShardCommandError): void {
  command.givenUp = true;
  command.outcome.reject(error);
}

function stopped(): ShardCommandError {
  return new ShardCommandError('stopped', 'The shard was stopped before it sent the command.');
}

function aborted(signal: AbortSignal): ShardCommandError {
  return new ShardCommandError('aborted', 'The command was given up.', { cause: signal.reason });
}
