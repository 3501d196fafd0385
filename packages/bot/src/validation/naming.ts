import { Locale } from 'discord-api-types/v10';
import { fault, lengthFaults, type Fault } from './fault.ts';

/** Letters, digits, `-`, `_` and `'` of any script. Source: Discord docs, Application Commands, "Naming". */
const slashName = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u;

const locales: ReadonlySet<string> = new Set(Object.values(Locale));

/** What a slash command, a group or an option may be called. */
export function nameFaults(path: string, name: string): Fault[] {
  const length = lengthFaults(path, name, [1, 32]);
  if (length.length > 0) return length;
  if (!slashName.test(name)) {
    return fault(path, `is '${name}', Discord takes letters, digits, '-', '_' and apostrophes`);
  }
  return name === name.toLowerCase() ? [] : fault(path, `is '${name}', Discord takes small letters only`);
}

/** What a command or option may be described by. */
export function descriptionFaults(path: string, text: string): Fault[] {
  return lengthFaults(path, text, [1, 100]);
}

/** Checks translations, by the locales that Discord knows. */
export function localizedFaults(
  path: string,
  translations: Readonly<Record<string, string | null | undefined>> | undefined,
  check: (path: string, text: string) => Fault[],
): Fault[] {
  return Object.entries(translations ?? {}).flatMap(([locale, text]) => [
    ...(locales.has(locale) ? [] : fault(`${path}['${locale}']`, 'is no locale of Discord')),
    ...(text === undefined || text === null ? [] : check(`${path}['${locale}']`, text)),
  ]);
}
