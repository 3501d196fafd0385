import {
  ButtonStyle,
  ComponentType,
  MessageFlags,
  SelectMenuDefaultValueType as DefaultType,
  SeparatorSpacingSize,
  type APIActionRowComponent,
  type APIButtonComponent,
  type APIButtonComponentWithCustomId,
  type APIComponentInContainer,
  type APIComponentInMessageActionRow,
  type APIContainerComponent,
  type APIMediaGalleryComponent,
  type APIMessageComponentEmoji,
  type APIMessageTopLevelComponent,
  type APISectionComponent,
  type APISelectMenuDefaultValue,
  type APISelectMenuOption,
  type APISeparatorComponent,
  type APITextDisplayComponent,
  type APIThumbnailComponent,
  type ChannelType,
} from 'discord-api-types/v10';
import { selectComponents } from '../definition/component.ts';
import type { Message } from '../interaction/reply.ts';

const buttonStyles = {
  primary: ButtonStyle.Primary,
  secondary: ButtonStyle.Secondary,
  success: ButtonStyle.Success,
  danger: ButtonStyle.Danger,
} as const;

/** How a button looks. */
export interface ButtonLook {
  readonly label?: string;
  readonly emoji?: APIMessageComponentEmoji;
  /** `secondary` unless said otherwise. */
  readonly style?: keyof typeof buttonStyles;
  readonly disabled?: boolean;
}

interface SelectLook {
  readonly placeholder?: string;
  /** How many are selected at least, and at most; one unless said otherwise. */
  readonly minValues?: number;
  readonly maxValues?: number;
  readonly disabled?: boolean;
}

/** What a select offers: texts, or what Discord knows. */
export type SelectMenu = SelectLook &
  (
    | { readonly of: 'string'; readonly options: readonly APISelectMenuOption[] }
    | { readonly of: 'user'; readonly defaults?: readonly string[] }
    | { readonly of: 'role'; readonly defaults?: readonly string[] }
    | { readonly of: 'channel'; readonly defaults?: readonly string[]; readonly channelTypes?: readonly ChannelType[] }
    | { readonly of: 'mentionable' }
  );

type InContainer = APIComponentInContainer | string;
type TopLevel = APIMessageTopLevelComponent | string;

/**
 * Makes messages of components, and components. Texts may stand for text components.
 *
 *     ui.message(
 *       ui.container({ colour: 0xe27730 }, '## Water', ui.separator(), ui.row(ui.button(drink.id(), { label: 'Drink' }))),
 *     );
 *
 * Source: Discord docs, Component Reference. What Discord takes is checked by {@link messageFaults}.
 */
export const ui = {
  /** A message of Components V2: it has neither content nor embeds. */
  message: (...components: readonly TopLevel[]): Message & { readonly components: APIMessageTopLevelComponent[] } => ({
    flags: MessageFlags.IsComponentsV2,
    components: components.map((one) => (typeof one === 'string' ? text(one) : one)),
  }),
  /** A text in Markdown. */
  text,
  /** A frame with a stripe in a colour, 0xRRGGBB. */
  container: (
    { colour, spoiler }: { readonly colour?: number; readonly spoiler?: boolean },
    ...components: readonly InContainer[]
  ): APIContainerComponent => ({
    type: ComponentType.Container,
    ...(colour !== undefined && { accent_color: colour }),
    ...(spoiler !== undefined && { spoiler }),
    components: components.map((one) => (typeof one === 'string' ? text(one) : one)),
  }),
  /** One to three texts beside a button or picture. */
  section: (
    accessory: APIButtonComponent | APIThumbnailComponent,
    ...texts: readonly string[]
  ): APISectionComponent => ({ type: ComponentType.Section, accessory, components: texts.map((one) => text(one)) }),
  /** A small picture for a section. */
  thumbnail: (url: string, description?: string): APIThumbnailComponent => ({
    type: ComponentType.Thumbnail,
    media: { url },
    ...(description !== undefined && { description }),
  }),
  /** One to ten pictures. */
  gallery: (
    ...items: readonly { readonly url: string; readonly description?: string }[]
  ): APIMediaGalleryComponent => ({
    type: ComponentType.MediaGallery,
    items: items.map(({ url, description }) => ({ media: { url }, ...(description !== undefined && { description }) })),
  }),
  /** Space between components, with a line unless said otherwise. */
  separator: ({ line = true, large = false } = {}): APISeparatorComponent => ({
    type: ComponentType.Separator,
    divider: line,
    spacing: large ? SeparatorSpacingSize.Large : SeparatorSpacingSize.Small,
  }),
  /** Up to five buttons, or a select. */
  row: (...components: APIComponentInMessageActionRow[]): APIActionRowComponent<APIComponentInMessageActionRow> => ({
    type: ComponentType.ActionRow,
    components,
  }),
  /** A button that its handler is found by: `ui.button(vote.id({ choice: 'yes' }), { label: 'Yes' })`. */
  button: (customId: string, { style = 'secondary', ...look }: ButtonLook): APIButtonComponentWithCustomId => ({
    type: ComponentType.Button,
    style: buttonStyles[style],
    custom_id: customId,
    ...look,
  }),
  /** A button that opens a page. */
  link: (url: string, look: Omit<ButtonLook, 'style'>): APIButtonComponent => ({
    type: ComponentType.Button,
    style: ButtonStyle.Link,
    url,
    ...look,
  }),
  /** A select that its handler is found by: `ui.select(pick.id(), { of: 'role' })`. */
  select,
};

function text(content: string): APITextDisplayComponent {
  return { type: ComponentType.TextDisplay, content };
}

function select(customId: string, menu: SelectMenu): APIComponentInMessageActionRow {
  const { placeholder, minValues, maxValues, disabled } = menu;
  const common = {
    custom_id: customId,
    ...(placeholder !== undefined && { placeholder }),
    ...(minValues !== undefined && { min_values: minValues }),
    ...(maxValues !== undefined && { max_values: maxValues }),
    ...(disabled !== undefined && { disabled }),
  };
  switch (menu.of) {
    case 'string':
      return { ...common, type: selectComponents.string, options: [...menu.options] };
    case 'user':
      return { ...common, type: selectComponents.user, ...defaultValues(menu.defaults, DefaultType.User) };
    case 'role':
      return { ...common, type: selectComponents.role, ...defaultValues(menu.defaults, DefaultType.Role) };
    case 'mentionable':
      return { ...common, type: selectComponents.mentionable };
    case 'channel': {
      const { channelTypes, defaults } = menu;
      const types = channelTypes === undefined ? {} : { channel_types: [...channelTypes] };
      return { ...common, ...types, type: selectComponents.channel, ...defaultValues(defaults, DefaultType.Channel) };
    }
  }
}

function defaultValues<Type extends DefaultType>(
  ids: readonly string[] | undefined,
  type: Type,
): { default_values?: APISelectMenuDefaultValue<Type>[] } {
  return ids === undefined ? {} : { default_values: ids.map((id) => ({ id, type })) };
}
