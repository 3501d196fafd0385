export type EntityKind = 'guild' | 'channel' | 'member' | 'user' | 'role' | 'message' | 'command' | 'application';

/** Thrown when the world is asked for something that is not in it. */
export class UnknownEntityError extends Error {
  readonly kind: EntityKind;
  readonly id: string;

  constructor(kind: EntityKind, id: string) {
    super(`there is no ${kind} ${id} in the simulated Discord`);
    this.name = 'UnknownEntityError';
    this.kind = kind;
    this.id = id;
  }
}
