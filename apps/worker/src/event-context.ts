import type { EventContext, SettingsOf } from '@arrakis/bot';
import { nonceFor } from '@arrakis/discord-rest';
import type { DeliveredEvent } from '@arrakis/protocol';
import type { Logger } from '@arrakis/service';
import type { Bot } from './bots.ts';
import type { DeliveryFacts } from './execution.ts';

export interface EventContextParts {
  readonly bot: Pick<Bot, 'parts' | 'log'>;
  /** Tells what this handler does for the event from what others do. */
  readonly claimId: string;
  readonly facts: Pick<DeliveryFacts, 'attempt' | 'limit'>;
  readonly fence: number | undefined;
  readonly handlerTimeoutMs: number;
}

/**
 * What the handler of an event has at hand. The signal and the logger are made for those that ask for them; that takes a
 * class, since for getters of an object literal V8 makes a new hidden class each time, which keeps all that the getter
 * sees until the next collection of all garbage.
 */
export class HandledEventContext implements EventContext {
  readonly id: string;
  readonly type: string;
  readonly guildId: string | undefined;
  readonly userId: string | undefined;
  readonly receivedAt: number;
  readonly attempt: number;
  readonly fence: number | undefined;
  readonly deadline: number;
  readonly rest: EventContext['rest'];
  readonly gateway: EventContext['gateway'];
  readonly state: EventContext['state'];
  readonly settings: SettingsOf;
  readonly nonce: EventContext['nonce'];
  readonly #event: DeliveredEvent;
  readonly #log: Logger;
  readonly #limit: DeliveryFacts['limit'];

  constructor(
    event: DeliveredEvent,
    { bot: { parts, log }, claimId, facts, fence, handlerTimeoutMs }: EventContextParts,
  ) {
    this.id = event.id;
    this.type = event.type;
    this.guildId = event.guildId;
    this.userId = event.userId;
    this.receivedAt = event.receivedAt;
    this.attempt = facts.attempt;
    this.fence = fence;
    this.deadline = Date.now() + handlerTimeoutMs;
    this.rest = parts.rest;
    this.gateway = parts.gateway;
    this.state = parts.state;
    this.settings = (settings) => settings.in(parts.environment);
    this.nonce = (purpose) => nonceFor(claimId, purpose);
    this.#event = event;
    this.#log = log;
    this.#limit = facts.limit;
  }

  get signal(): AbortSignal {
    return this.#limit.signal;
  }

  get log(): EventContext['log'] {
    const { id: eventId, type, module, traceparent } = this.#event;
    return this.#log.child({ eventId, type, ...(module !== undefined && { module }), traceparent });
  }
}
