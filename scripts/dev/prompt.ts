import {
  ApplicationCommandOptionType as OptionType,
  ApplicationCommandType,
  MessageFlags,
} from 'discord-api-types/v10';
import {
  InteractionFailedError,
  InteractionRefusedError,
  UnknownEntityError,
  type InteractionHandle,
  type Simulator,
} from '@arrakis/simulator';

/** What a line may say, for whoever asks. */
export const promptHelp = `Type as in Discord:
  /echo text:Hello           a command; options by name
  tab /colour name:re        what is suggested for the last option
  press poll:vote:yes        a button of the last message that has it
  select roles:pick news     a select, with values after it
  submit feedback message:…  a modal`;

/** A member of the simulated Discord who types what a developer types. */
export class Prompt {
  readonly #discord: Simulator;
  readonly #by: { readonly guildId: string; readonly userId: string };

  constructor(discord: Simulator) {
    this.#discord = discord;
    const [guildId = ''] = discord.world.guilds;
    const member = discord.world.guild(guildId).members.find(({ user }) => user.bot !== true);
    this.#by = { guildId, userId: member?.user.id ?? '' };
  }

  /** Does what the line says, and tells what the member sees then. Never throws for what cannot be done. */
  async enter(line: string): Promise<string[]> {
    const text = line.trim();
    if (text === '') return [];
    try {
      const handle = this.#act(text);
      return handle === undefined ? [promptHelp] : await seen(handle);
    } catch (cause) {
      const isExpected =
        cause instanceof InteractionRefusedError ||
        cause instanceof UnknownEntityError ||
        cause instanceof InteractionFailedError;
      if (!isExpected) throw cause;
      return [cause.message];
    }
  }

  #act(text: string): InteractionHandle | undefined {
    const { interactions } = this.#discord;
    const [verb = '', customId = '', ...rest] = text.split(/\s+/);
    if (text.startsWith('/')) return interactions.slash(this.#command(text.slice(1)));
    if (verb === 'tab' && customId.startsWith('/')) {
      const command = this.#command(text.replace(/^tab\s+\//, ''));
      return interactions.autocomplete({ ...command, focused: Object.keys(command.options).at(-1) ?? '' });
    }
    if (verb === 'press') return interactions.button({ ...this.#by, customId });
    if (verb === 'select') return interactions.select({ ...this.#by, customId, values: rest });
    if (verb === 'submit') return interactions.modalSubmit({ ...this.#by, customId, fields: fieldsIn(rest.join(' ')) });
    return undefined;
  }

  #command(text: string) {
    const name = (/^[^:]*?(?=\s+\S+:|$)/.exec(text)?.[0] ?? text).trim();
    const given = Object.entries(fieldsIn(text.slice(name.length)));
    const options = given.map(([option, value]) => [option, this.#typed(name, option, value)] as const);
    return { ...this.#by, name, options: Object.fromEntries(options) };
  }

  /** A number where the command takes one. */
  #typed(path: string, option: string, value: string): string | number | boolean {
    const [bot] = this.#discord.bots;
    const [root, ...nested] = path.split(' ');
    const registered = this.#discord.world.commands.list({ applicationId: bot?.applicationId ?? '' });
    let options = registered.find(
      ({ type, name }) => type === ApplicationCommandType.ChatInput && name === root,
    )?.options;
    for (const name of nested) options = options?.find((one) => one.name === name)?.options;
    const type = options?.find((one) => one.name === option)?.type;
    if (type === OptionType.Integer || type === OptionType.Number) return Number(value);
    return type === OptionType.Boolean ? value === 'true' : value;
  }
}

/** `text:Hello there  times:3` → `{ text: 'Hello there', times: '3' }` */
function fieldsIn(text: string): Record<string, string> {
  const fields = [...text.matchAll(/(?:^|\s)([-\w]+):(.*?)(?=\s+[-\w]+:|$)/g)];
  return Object.fromEntries(fields.map(([, name = '', value = '']) => [name, value.trim()]));
}

async function seen(handle: InteractionHandle): Promise<string[]> {
  const { messages, modal, choices, atMs } = await handle.settled();
  const lines = messages.flatMap(({ content, embeds, components, flags }) => [
    ...(((flags ?? 0) & MessageFlags.Ephemeral) === 0 ? [] : ['(only you see this)']),
    ...(content === '' ? [] : [content]),
    ...embeds.map((embed) => JSON.stringify(embed)),
    ...shownIn(components),
  ]);
  const opened = modal === null ? [] : [`modal ${modal.custom_id}: ${modal.title}`, ...shownIn(modal.components)];
  const suggested = choices === null ? [] : choices.map(({ name }) => `  ${name}`);
  return [...lines, ...opened, ...suggested, `after ${Math.round(atMs)} ms`];
}

/** Texts, and the custom ids of what can be pressed, selected or filled in. */
function shownIn(components: unknown): string[] {
  if (Array.isArray(components)) return components.flatMap((one: unknown) => shownIn(one));
  if (typeof components !== 'object' || components === null) return [];
  const field = (name: string): unknown => Reflect.get(components, name);
  const [id, text] = [field('custom_id'), field('content')];
  return [
    ...(typeof text === 'string' ? [text] : []),
    ...(typeof id === 'string' ? [`  [${id}]`] : []),
    ...['components', 'component', 'accessory'].flatMap((name) => shownIn(field(name))),
  ];
}
