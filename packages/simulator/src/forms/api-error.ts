import type { EntityKind } from '../world/unknown-entity.ts';

/** The nested `errors` of an Invalid Form Body answer (docs: Reference, Error Messages). */
export interface FormErrorTree {
  _errors?: { code: string; message: string }[];
  [field: string]: FormErrorTree | FormErrorTree['_errors'];
}

/** Status and message of the JSON error codes that the simulator answers with (docs: Opcodes and Status Codes, JSON). */
const catalogue = {
  10002: [404, 'Unknown Application'],
  10003: [404, 'Unknown Channel'],
  10004: [404, 'Unknown Guild'],
  10007: [404, 'Unknown Member'],
  10008: [404, 'Unknown Message'],
  10011: [404, 'Unknown Role'],
  10013: [404, 'Unknown User'],
  10015: [404, 'Unknown Webhook'],
  10062: [404, 'Unknown interaction'],
  10063: [404, 'Unknown application command'],
  20012: [403, 'You are not authorized to perform this action on this application'],
  30032: [400, 'Maximum number of application commands reached (100)'],
  40005: [413, 'Request entity too large'],
  40060: [400, 'Interaction has already been acknowledged.'],
  50001: [403, 'Missing Access'],
  50005: [403, 'Cannot edit a message authored by another user'],
  50006: [400, 'Cannot send an empty message'],
  50007: [403, 'Cannot send messages to this user'],
  50008: [400, 'Cannot send messages in a non-text channel'],
  50013: [403, 'Missing Permissions'],
  50027: [401, 'Invalid Webhook Token'],
  50028: [400, 'Invalid Role'],
  50033: [400, 'Invalid Recipient(s)'],
  50035: [400, 'Invalid Form Body'],
  50109: [400, 'The request body contains invalid JSON.'],
  50278: [403, 'Cannot send messages to this user due to having no mutual guilds'],
} as const satisfies Record<number, readonly [status: number, message: string]>;

export type ApiErrorCode = keyof typeof catalogue;

const unknownEntityCodes = {
  application: 10002,
  channel: 10003,
  guild: 10004,
  member: 10007,
  message: 10008,
  role: 10011,
  user: 10013,
  command: 10063,
} as const satisfies Record<EntityKind, ApiErrorCode>;

/** An answer of Discord that is an error. Rules throw it, the REST API writes it. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: ApiErrorCode;
  readonly errors: FormErrorTree | undefined;

  constructor(code: ApiErrorCode, errors?: FormErrorTree) {
    const [status, message] = catalogue[code];
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.errors = errors;
  }

  /** The error for something that does not exist. */
  static unknown(kind: EntityKind): ApiError {
    return new ApiError(unknownEntityCodes[kind]);
  }

  toBody(): { message: string; code: number; errors?: FormErrorTree } {
    const body = { message: this.message, code: this.code };
    return this.errors === undefined ? body : { ...body, errors: this.errors };
  }
}
