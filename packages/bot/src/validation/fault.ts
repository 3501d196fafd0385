/** Something in a definition or a message that Discord would refuse, or that could never work. */
export interface Fault {
  /** Where it is, as one would write it: `options.question.description`; empty for the whole. */
  readonly path: string;
  /** What is wrong, and what would be right. */
  readonly message: string;
  /** File and line, when it is not where the whole is defined. */
  readonly site?: string;
}

/** Faults below a path. */
export function below(path: string, faults: readonly Fault[]): Fault[] {
  return faults.map((one) => ({ ...one, path: one.path === '' ? path : `${path}${joint(one.path)}` }));
}

function joint(path: string): string {
  return path.startsWith('[') ? path : `.${path}`;
}

export function fault(path: string, message: string): Fault[] {
  return [{ path, message }];
}

/** A range, both ends included. */
export type Range = readonly [least: number, most: number];

/** How many characters Discord counts in a text: code points, however they are encoded. */
export function lengthOf(text: string): number {
  return Array.from(text).length;
}

/** Checks how long a text is, in characters as Discord counts them. Absent texts are fine. */
export function lengthFaults(path: string, text: string | undefined, [least, most]: Range): Fault[] {
  if (text === undefined) return [];
  const length = lengthOf(text);
  if (length >= least && length <= most) return [];
  return fault(path, `has ${count(length, 'character')}, Discord takes ${least} to ${most}`);
}

/** Checks how many there are of something. */
export function countFaults(path: string, amount: number, [least, most]: Range): Fault[] {
  if (amount >= least && amount <= most) return [];
  return fault(path, `has ${amount}, Discord takes ${least} to ${most}`);
}

/** Checks a whole number. Absent ones are fine. */
export function integerFaults(path: string, value: number | undefined, [least, most]: Range): Fault[] {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return [];
  return fault(path, `is ${value}, Discord takes a whole number from ${least} to ${most}`);
}

/** Checks that a minimum is not above its maximum. */
export function orderFaults(path: string, least: number | undefined, most: number | undefined): Fault[] {
  if (least === undefined || most === undefined || least <= most) return [];
  return fault(path, `is ${least}, more than the maximum of ${most}`);
}

/** Checks that no value stands twice. `pathOf` says where the value of an index is. */
export function duplicateFaults(values: readonly (string | number)[], pathOf: (index: number) => string): Fault[] {
  return values.flatMap((value, index) =>
    values.indexOf(value) === index ? [] : fault(pathOf(index), `'${value}' stands there twice`),
  );
}

function count(amount: number, unit: string): string {
  return `${amount} ${unit}${amount === 1 ? '' : 's'}`;
}
