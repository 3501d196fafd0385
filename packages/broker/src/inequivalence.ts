/** What an argument of a queue or exchange may be, as far as Arrakis uses it. */
export type ArgumentValue = string | number | boolean;

/** An argument that an existing queue or exchange has in another form; undefined is one that it does not have. */
export interface Difference {
  /** RabbitMQ's name of it: `x-max-length`, `durable`, `type`. */
  readonly argument: string;
  readonly wanted: ArgumentValue | undefined;
  readonly current: ArgumentValue | undefined;
}

const value = String.raw`(?:none|(?:the value )?'(.*?)'(?: of type '(\w+)')?)`;
const sentence = new RegExp(`inequivalent arg '([^']+)' for .*: received ${value} but current is ${value}(?:"|$)`, 's');

/** Names that RabbitMQ gives to the types of AMQP's numbers. */
const numberType = /^(?:un)?signed|^(?:byte|short|long|float|double|decimal)$/;

/**
 * The difference that RabbitMQ names when it refuses a declaration with 406; it names the first one only. Undefined when
 * the text is another one. All versions from 3.10 to 4.x write:
 *
 *     inequivalent arg 'x-max-length' for queue 'a' in vhost '/': received '2' but current is '1'
 *     inequivalent arg 'x-overflow' for queue 'a' in vhost '/': received none but current is the value 'x' of type 'longstr'
 */
export function differenceIn(text: string): Difference | undefined {
  const [, argument, wanted, wantedType, current, currentType] = sentence.exec(text) ?? [];
  if (argument === undefined) return undefined;
  // The type is told only where one side lacks the argument.
  const read = (told: string | undefined, type: string | undefined) => valueOf(told, type, argument);
  return { argument, wanted: read(wanted, wantedType), current: read(current, currentType) };
}

function valueOf(told: string | undefined, type: string | undefined, argument: string): ArgumentValue | undefined {
  if (told === undefined) return undefined;
  if (told === 'true' || told === 'false') return told === 'true';
  const isNumber = type === undefined ? argument.startsWith('x-') && /^-?\d+$/.test(told) : numberType.test(type);
  return isNumber ? Number(told) : told;
}

/** A difference as people read it: `x-max-length is 1000, not 2000000`. */
export function describeDifference({ argument, wanted, current }: Difference): string {
  if (current === undefined) return `${argument} is not set, and should be ${show(wanted)}`;
  if (wanted === undefined) return `${argument} is ${show(current)}, and should not be set`;
  return `${argument} is ${show(current)}, and should be ${show(wanted)}`;
}

function show(told: ArgumentValue | undefined): string {
  return typeof told === 'string' ? `'${told}'` : String(told);
}
