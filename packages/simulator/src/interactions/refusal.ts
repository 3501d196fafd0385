/**
 * Thrown when a test asks for an interaction that Discord's client could not send: a command that is not registered, a value
 * that an option does not take, a button that is not there.
 */
export class InteractionRefusedError extends Error {
  constructor(reason: string) {
    super(`Discord's client could not send this interaction: ${reason}`);
    this.name = 'InteractionRefusedError';
  }
}

export function refuse(reason: string): never {
  throw new InteractionRefusedError(reason);
}
