import {
  ButtonStyle,
  ComponentType,
  type APIActionRowComponent,
  type APIButtonComponent,
  type APIComponentInContainer,
  type APIComponentInMessageActionRow,
  type APIContainerComponent,
  type APIMessageTopLevelComponent,
  type APISectionComponent,
  type APISelectMenuComponent,
  type APIThumbnailComponent,
} from 'discord-api-types/v10';
import {
  below,
  countFaults,
  duplicateFaults,
  fault,
  integerFaults,
  lengthFaults,
  type Fault,
} from '../validation/fault.ts';

/** What Discord would refuse of a component of a message, and of what is in it. Source: Discord docs, Component Reference. */
export function componentFaults(component: APIMessageTopLevelComponent | APIComponentInContainer): Fault[] {
  switch (component.type) {
    case ComponentType.ActionRow:
      return rowFaults(component);
    case ComponentType.Container:
      return containerFaults(component);
    case ComponentType.Section:
      return sectionFaults(component);
    case ComponentType.TextDisplay:
      return lengthFaults('content', component.content, [1, 4_000]);
    case ComponentType.MediaGallery:
      return [
        ...countFaults('items', component.items.length, [1, 10]),
        ...component.items.flatMap(({ media, description }, index) =>
          below(`items[${index}]`, mediaFaults(media.url, description)),
        ),
      ];
    case ComponentType.File:
      return component.file.url.startsWith('attachment://')
        ? []
        : fault('file.url', 'is no attachment of the message: Discord takes attachment://<file name>');
    case ComponentType.Separator:
      return [];
  }
}

function rowFaults({ components }: APIActionRowComponent<APIComponentInMessageActionRow>): Fault[] {
  const selects = components.filter(({ type }) => type !== ComponentType.Button);
  return [
    ...countFaults('components', components.length, [1, 5]),
    ...(selects.length > 0 && components.length > 1
      ? fault('components', 'has more than a select: Discord takes up to five buttons or one select')
      : []),
    ...components.flatMap((component, index) =>
      below(
        `components[${index}]`,
        component.type === ComponentType.Button ? buttonFaults(component) : selectFaults(component),
      ),
    ),
  ];
}

function containerFaults({ components, accent_color: colour }: APIContainerComponent): Fault[] {
  return [
    ...countFaults('components', components.length, [1, 39]),
    ...integerFaults('accent_color', colour ?? undefined, [0, 0xffffff]),
    ...components.flatMap((component, index) => below(`components[${index}]`, componentFaults(component))),
  ];
}

function sectionFaults({ components, accessory }: APISectionComponent): Fault[] {
  return [
    ...countFaults('components', components.length, [1, 3]),
    ...components.flatMap(({ content }, index) => lengthFaults(`components[${index}].content`, content, [1, 4_000])),
    ...below(
      'accessory',
      accessory.type === ComponentType.Button ? buttonFaults(accessory) : thumbnailFaults(accessory),
    ),
  ];
}

function thumbnailFaults({ media, description }: APIThumbnailComponent): Fault[] {
  return mediaFaults(media.url, description);
}

function mediaFaults(url: string, description: string | null | undefined): Fault[] {
  return [
    ...(/^(?:https?|attachment):\/\//.test(url) ? [] : fault('media.url', 'is neither a URL nor attachment://…')),
    ...lengthFaults('description', description ?? undefined, [0, 1_024]),
  ];
}

function buttonFaults(button: APIButtonComponent): Fault[] {
  if (button.style === ButtonStyle.Premium) return [];
  const { label, emoji } = button;
  return [
    ...lengthFaults('label', label, [0, 80]),
    ...((label ?? '') === '' && emoji === undefined ? fault('', 'has neither a label nor an emoji') : []),
    ...(button.style === ButtonStyle.Link
      ? lengthFaults('url', button.url, [1, 512])
      : lengthFaults('custom_id', button.custom_id, [1, 100])),
  ];
}

function selectFaults(select: APISelectMenuComponent): Fault[] {
  const { min_values: least, max_values: most = 1 } = select;
  return [
    ...lengthFaults('custom_id', select.custom_id, [1, 100]),
    ...lengthFaults('placeholder', select.placeholder, [0, 150]),
    ...integerFaults('min_values', least, [0, most]),
    ...integerFaults('max_values', most, [1, 25]),
    ...(select.type === ComponentType.StringSelect ? optionsFaults(select.options, most) : []),
    ...('default_values' in select ? countFaults('default_values', select.default_values?.length ?? 0, [0, most]) : []),
  ];
}

interface SelectOption {
  readonly label: string;
  readonly value: string;
  readonly description?: string;
}

function optionsFaults(options: readonly SelectOption[], most: number): Fault[] {
  return [
    ...countFaults('options', options.length, [1, 25]),
    ...(most > options.length ? fault('max_values', `is ${most}, more than there are options`) : []),
    ...options.flatMap(({ label, value, description }, index) =>
      below(`options[${index}]`, [
        ...lengthFaults('label', label, [1, 100]),
        ...lengthFaults('value', value, [1, 100]),
        ...lengthFaults('description', description, [0, 100]),
      ]),
    ),
    ...duplicateFaults(
      options.map(({ value }) => value),
      (index) => `options[${index}].value`,
    ),
  ];
}
