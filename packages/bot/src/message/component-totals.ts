import type { APIMessageTopLevelComponent } from 'discord-api-types/v10';
import { lengthOf } from '../validation/fault.ts';

/** A component of a message, wherever in it. */
export type MessageComponent = APIMessageTopLevelComponent;

export interface ComponentTotals {
  /** All components, those within others included. */
  readonly count: number;
  /** Characters of the texts in them. */
  readonly text: number;
  readonly customIds: readonly string[];
  readonly ids: readonly number[];
}

/** What counts over all components of a message together. */
export function componentTotals(components: readonly object[]): ComponentTotals {
  const all = components.flatMap((component) => withNested(component));
  const fields = (name: string) => all.map((component): unknown => Reflect.get(component, name));
  return {
    count: all.length,
    text: fields('content').reduce<number>((sum, text) => sum + (typeof text === 'string' ? lengthOf(text) : 0), 0),
    customIds: fields('custom_id').filter((id) => typeof id === 'string'),
    ids: fields('id').filter((id) => typeof id === 'number'),
  };
}

function withNested(component: object): object[] {
  const below: unknown[] = ['components', 'component', 'accessory'].flatMap(
    (name): unknown => Reflect.get(component, name) ?? [],
  );
  return [
    component,
    ...below.filter((one) => typeof one === 'object' && one !== null).flatMap((one) => withNested(one)),
  ];
}
