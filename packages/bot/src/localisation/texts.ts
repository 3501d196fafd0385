import { inferred } from '../definition/inferred.ts';
import { DefinitionError } from '../errors.ts';

/** A text that is put into words when it is known who reads it. */
export interface LocalizedText {
  /** In the language of the locale or, where there is none, in that of the whole set. */
  in(locale: string): string;
}

/** What members read: the same for all, or in the language of each. */
export type Text = string | LocalizedText;

/** Forms for a `count`, as the language has them. Source: Unicode CLDR, "Language Plural Rules". */
export type PluralForms = { readonly other: string } & { readonly [Rule in Intl.LDMLPluralRule]?: string };

/** A text in one language. `{name}` stands for a value; numbers are written as the language does. */
export type Phrase = string | PluralForms;

/** Phrases by what they are called. */
export type Phrases = Readonly<Record<string, Phrase>>;

type NameIn<Words extends string> = Words extends `${string}{${infer Name}}${infer Rest}` ? Name | NameIn<Rest> : never;

type NameOf<Of extends Phrase> = Of extends string ? NameIn<Of> : NameIn<Extract<Of[keyof Of], string>> | 'count';

type ValuesOf<Names extends string> = { readonly [Name in Names]: Name extends 'count' ? number : string | number };

type Arguments<Of extends Phrase> = [NameOf<Of>] extends [never] ? [] : [values: ValuesOf<NameOf<Of>>];

/** Texts by what they are called; each takes the values that its phrase asks for. */
export type Texts<Standard extends Phrases> = {
  readonly [Key in keyof Standard]: (...values: Arguments<Standard[Key]>) => LocalizedText;
};

/** Phrases in other languages, by Discord's locales: `de`, `pt-BR`. What one leaves out is said in the standard. */
export type Translations<Standard extends Phrases> = Readonly<
  Record<string, { readonly [Key in keyof Standard]?: Phrase }>
>;

/**
 * Defines what a bot says: in one language, and in others.
 *
 *     const say = texts('en-US', { welcome: 'Welcome, {name}!', votes: { one: '{count} vote', other: '{count} votes' } }, {
 *       de: { welcome: 'Willkommen, {name}!' },
 *     });
 *     ctx.t(say.welcome({ name: ctx.user.username }));
 *
 * @throws {DefinitionError} naming every translation that asks for what its standard phrase does not.
 */
export function texts<const Standard extends Phrases>(
  locale: string,
  phrases: Standard,
  translations: Translations<NoInfer<Standard>> = {},
): Texts<Standard> {
  const languages = new Map<string, Readonly<Record<string, Phrase | undefined>>>(Object.entries(translations));
  languages.set(locale, phrases);
  const faults = [...languages].flatMap(([language, words]) => strangeNames(language, words, phrases));
  if (faults.length > 0) throw new DefinitionError(`Texts cannot be put together: ${faults.join('; ')}`);
  const sayers = Object.entries<Phrase>(phrases).map(([key, standard]) => {
    const say = (values: Readonly<Record<string, string | number>> = {}): LocalizedText => ({
      in(wanted) {
        const language = languageFor(wanted, languages, key) ?? locale;
        return worded(languages.get(language)?.[key] ?? standard, language, values);
      },
    });
    return [key, say] as const;
  });
  return inferred<Texts<Standard>>(Object.fromEntries(sayers));
}

/** The text for whoever reads in this locale. */
export function inWords(text: Text, locale: string): string {
  return typeof text === 'string' ? text : text.in(locale);
}

/** The language that has the phrase and is nearest to what is wanted: `pt-BR` itself, `pt`, any other `pt-…`. */
function languageFor(
  wanted: string,
  languages: ReadonlyMap<string, Readonly<Record<string, unknown>>>,
  key: string,
): string | undefined {
  const [base = ''] = wanted.split('-');
  const near = [...languages.keys()].filter((locale) => locale.split('-')[0] === base);
  return [wanted, base, ...near].find((locale) => languages.get(locale)?.[key] !== undefined);
}

function worded(phrase: Phrase, locale: string, values: Readonly<Record<string, string | number>>): string {
  const count = Number(values['count'] ?? 0);
  const words =
    typeof phrase === 'string' ? phrase : (phrase[new Intl.PluralRules(locale).select(count)] ?? phrase.other);
  return words.replaceAll(/\{(\w+)\}/g, (placeholder, name: string) => {
    const value = values[name];
    return typeof value === 'number' ? value.toLocaleString(locale) : (value ?? placeholder);
  });
}

function strangeNames(
  language: string,
  words: Readonly<Record<string, Phrase | undefined>>,
  standard: Phrases,
): string[] {
  return Object.entries(words).flatMap(([key, phrase]) => {
    if (phrase === undefined) return [];
    const known = namesIn(standard[key]);
    return [...namesIn(phrase)]
      .filter((name) => !known.has(name))
      .map((name) => `${language}.${key} asks for {${name}}, which the standard phrase does not have`);
  });
}

function namesIn(phrase: Phrase | undefined): Set<string> {
  if (phrase === undefined) return new Set();
  const [forms, given] = typeof phrase === 'string' ? [[phrase], []] : [Object.values(phrase), ['count']];
  const names = forms.flatMap((words) => [...words.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name));
  return new Set([...names, ...given]);
}
