import type { APIApplicationCommandOptionChoice, APIModalInteractionResponseCallbackData } from 'discord-api-types/v10';
import { componentTotals } from '../message/component-totals.ts';
import { below, countFaults, duplicateFaults, fault, lengthFaults, type Fault } from '../validation/fault.ts';

/** What Discord would refuse of a modal that is opened. Its definition was checked before. */
export function modalBodyFaults(modal: APIModalInteractionResponseCallbackData): Fault[] {
  const { customIds } = componentTotals(modal.components);
  return [
    ...lengthFaults('custom_id', modal.custom_id, [1, 100]),
    ...lengthFaults('title', modal.title, [1, 45]),
    ...countFaults('components', modal.components.length, [1, 5]),
    ...duplicateFaults(customIds, (index) => `components[${index}].custom_id`),
  ];
}

/** What Discord would refuse of suggested choices. */
export function choicesFaults(choices: readonly APIApplicationCommandOptionChoice[]): Fault[] {
  return [
    ...countFaults('', choices.length, [0, 25]),
    ...choices.flatMap(({ name, value }, index) =>
      below(`[${index}]`, [
        ...lengthFaults('name', name, [1, 100]),
        ...(typeof value === 'string' ? lengthFaults('value', value, [1, 100]) : numberFaults(value)),
      ]),
    ),
  ];
}

function numberFaults(value: number): Fault[] {
  return Number.isFinite(value) ? [] : fault('value', `is ${value}`);
}
