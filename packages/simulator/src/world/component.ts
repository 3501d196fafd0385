/** A message component; which fields there are follows from `type` (docs: Component Reference). */
export interface Component {
  type: number;
  id?: number | undefined;
  custom_id?: string | undefined;
  label?: string | undefined;
  style?: number | undefined;
  url?: string | undefined;
  content?: string | undefined;
  disabled?: boolean | undefined;
  components?: Component[] | undefined;
  component?: Component | undefined;
  accessory?: Component | undefined;
  [field: string]: unknown;
}

/** All components of a tree, parents before children. */
export function* walkComponents(components: readonly Component[]): Generator<Component> {
  for (const component of components) {
    yield component;
    if (component.components !== undefined) yield* walkComponents(component.components);
    if (component.component !== undefined) yield* walkComponents([component.component]);
    if (component.accessory !== undefined) yield* walkComponents([component.accessory]);
  }
}
