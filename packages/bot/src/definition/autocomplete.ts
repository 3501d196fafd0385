import type { AutocompleteInteraction, SubmittedOption } from '../interaction/interaction.ts';
import { userOf } from '../interaction/interaction.ts';
import { admit, type Invocation } from '../interaction/invocation.ts';
import type { Choice } from './options.ts';
import type { SlashGroup, SlashHandler } from './slash.ts';
import { choiceBody } from '../registration/option-registration.ts';

/** How many choices Discord shows. Source: Discord docs, Receiving and Responding, "Autocomplete". */
const maxChoices = 25;

/** A command whose option is being typed. */
export interface CompletionCall {
  readonly interaction: AutocompleteInteraction;
  readonly path: string;
  /** The groups that the command is in, the outermost first. */
  readonly groups: readonly SlashGroup[];
  readonly submitted: readonly SubmittedOption[];
}

/** Finds the function that completes the option being typed; undefined when this version knows none. */
export function completion(command: SlashHandler, call: CompletionCall): Invocation | undefined {
  const { interaction, path, groups, submitted } = call;
  const focused = submitted.find((option) => option.focused === true);
  const option = focused === undefined ? undefined : command.options[focused.name];
  if (focused === undefined || option === undefined || !('autocomplete' in option)) return undefined;
  const { autocomplete } = option;
  if (autocomplete === undefined) return undefined;
  const given = submitted.flatMap(({ name, value }) =>
    value === undefined || name === focused.name ? [] : [[name, value] as const],
  );
  return {
    handler: `autocomplete ${path} ${focused.name}`,
    deferral: { as: 'none', afterMs: 0 },
    run: async (context) => {
      // Who may not use a command is not told either what there would be.
      await admit(context, [...groups, command]);
      const choices: readonly Choice<string | number>[] = await autocomplete({
        value: String(focused.value ?? ''),
        given: Object.fromEntries(given),
        guildId: interaction.guild_id,
        user: userOf(interaction),
        locale: interaction.locale,
        rest: context.rest,
        state: context.state,
        signal: context.signal,
      });
      await context.suggest(choices.slice(0, maxChoices).map((choice) => choiceBody(choice)));
    },
  };
}
