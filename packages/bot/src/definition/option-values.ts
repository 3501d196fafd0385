import { MalformedPayloadError } from '../errors.ts';
import type { Resolved, SubmittedOption } from '../interaction/interaction.ts';
import type { OptionDefinition, OptionDefinitions } from './options.ts';
import { resolvers } from '../interaction/resolve.ts';

/**
 * The values of a command's options, by its definition.
 * @throws {MalformedPayloadError} when they are not of this definition: the command was registered by another version.
 */
export function optionValues(
  definitions: OptionDefinitions,
  submitted: readonly SubmittedOption[],
  resolved: Resolved,
): Record<string, unknown> {
  const given = new Map(submitted.map((option) => [option.name, option.value]));
  const values: Record<string, unknown> = {};
  for (const [name, definition] of Object.entries(definitions)) {
    const value = given.get(name);
    if (value !== undefined) values[name] = valueOf(definition, { name, value, resolved });
    else if (definition.required === true) throw mismatch(name, 'is missing');
  }
  return values;
}

interface Given {
  readonly name: string;
  readonly value: string | number | boolean;
  readonly resolved: Resolved;
}

function valueOf({ type }: OptionDefinition, { name, value, resolved }: Given): unknown {
  switch (type) {
    case 'string':
    case 'boolean':
      if (typeof value !== type) throw mismatch(name, `is no ${type}`);
      return value;
    case 'integer':
    case 'number':
      if (typeof value !== 'number') throw mismatch(name, `is no ${type}`);
      return value;
    default:
      if (typeof value !== 'string') throw mismatch(name, 'is no id');
      return resolvers[type](value, resolved);
  }
}

function mismatch(name: string, what: string): MalformedPayloadError {
  return new MalformedPayloadError(`The command was registered by another version: option '${name}' ${what}`);
}
