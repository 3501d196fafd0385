import type { Log } from '../interaction/log.ts';

export interface TestLogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly about: object;
  readonly message: string;
}

/** Keeps what is written to it. */
export class RecordingLog implements Log {
  readonly lines: TestLogLine[] = [];

  debug(about: object, message: string): void {
    this.lines.push({ level: 'debug', about, message });
  }

  info(about: object, message: string): void {
    this.lines.push({ level: 'info', about, message });
  }

  warn(about: object, message: string): void {
    this.lines.push({ level: 'warn', about, message });
  }

  error(about: object, message: string): void {
    this.lines.push({ level: 'error', about, message });
  }
}
