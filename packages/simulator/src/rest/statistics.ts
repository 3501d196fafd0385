import type { LimitScope } from './rate-limits/rate-limiter.ts';
import type { HttpResponse } from './responses.ts';

export interface AnswerStatistics {
  requests: number;
  /** answers by status */
  statuses: Readonly<Record<number, number>>;
  /** refusals by the code of Discord's error, of those that have one */
  errors: Readonly<Record<number, number>>;
  /** connections cut instead of an answer */
  resets: number;
  /** 429s by their scope */
  rateLimited: Readonly<Record<LimitScope, number>>;
  /** requests answered with Cloudflare's ban */
  banned: number;
}

/** Counts answers. */
export class RestStatistics {
  #requests = 0;
  #resets = 0;
  #banned = 0;
  readonly #statuses: Record<number, number> = {};
  readonly #errors: Record<number, number> = {};
  readonly #rateLimited: Record<LimitScope, number> = { user: 0, shared: 0, global: 0 };

  note(answer: HttpResponse | 'reset'): void {
    this.#requests += 1;
    if (answer === 'reset') {
      this.#resets += 1;
      return;
    }
    this.#statuses[answer.status] = (this.#statuses[answer.status] ?? 0) + 1;
    if (answer.code !== undefined) this.#errors[answer.code] = (this.#errors[answer.code] ?? 0) + 1;
    if (answer.rejection !== undefined) this.#rateLimited[answer.rejection.scope] += 1;
    else if (answer.status === 429) this.#banned += 1;
  }

  snapshot(): AnswerStatistics {
    return {
      requests: this.#requests,
      statuses: { ...this.#statuses },
      errors: { ...this.#errors },
      resets: this.#resets,
      rateLimited: { ...this.#rateLimited },
      banned: this.#banned,
    };
  }
}
