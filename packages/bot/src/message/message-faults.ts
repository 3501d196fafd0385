import {
  AllowedMentionsTypes,
  ComponentType,
  MessageFlags,
  type APIAllowedMentions,
  type APIEmbed,
} from 'discord-api-types/v10';
import type { Message } from '../interaction/reply.ts';
import { below, countFaults, fault, lengthFaults, lengthOf, type Fault } from '../validation/fault.ts';
import { componentFaults } from './component-faults.ts';
import { componentTotals, type MessageComponent } from './component-totals.ts';

/** Most components of a message, those within others included, and most characters of text in them. */
const maxComponents = 40;
const maxComponentText = 4_000;

/** Most characters of all embeds of a message together. Source: Discord docs, Message, "Embed Limits". */
const maxEmbedText = 6_000;

/**
 * What Discord would refuse of a message, each with where it is and what Discord takes; empty when it is fine.
 *
 *     messageFaults({ content: '' }); // [{ path: '', message: 'is empty: …' }]
 *
 * Source: Discord docs, Message, "Create Message"; Component Reference.
 */
export function messageFaults(message: Message): Fault[] {
  const { content, embeds = [], components = [], files = [], flags = 0, allowed_mentions: mentions } = message;
  const isEmpty = (content ?? '') === '' && embeds.length + components.length + files.length === 0;
  const isV2 = (flags & MessageFlags.IsComponentsV2) !== 0;
  return [
    ...lengthFaults('content', content, [0, 2_000]),
    ...(isV2 ? v2Faults(message) : legacyFaults(components)),
    ...embedsFaults(embeds),
    ...components.flatMap((component, index) => below(`components[${index}]`, componentFaults(component))),
    ...sharedFaults(components),
    ...(mentions === undefined ? [] : below('allowed_mentions', mentionFaults(mentions))),
    ...countFaults('files', files.length, [0, 10]),
    ...(isEmpty ? fault('', 'is empty: Discord takes content, embeds, components or files') : []),
  ];
}

function v2Faults({ content, embeds, components = [] }: Message): Fault[] {
  const { count, text } = componentTotals(components);
  return [
    ...(content === undefined || content === '' ? [] : fault('content', 'cannot be beside Components V2: use ui.text')),
    ...(embeds === undefined || embeds.length === 0
      ? []
      : fault('embeds', 'cannot be beside Components V2: use ui.container')),
    ...(count > maxComponents
      ? fault('components', `has ${count} with those within others, Discord takes ${maxComponents}`)
      : []),
    ...(text > maxComponentText
      ? fault('components', `has ${text} characters of text, Discord takes ${maxComponentText}`)
      : []),
  ];
}

function legacyFaults(components: readonly MessageComponent[]): Fault[] {
  const newer = components.flatMap(({ type }, index) =>
    type === ComponentType.ActionRow
      ? []
      : fault(
          `components[${index}]`,
          `is a ${ComponentType[type]}, which takes Components V2: make it with ui.message`,
        ),
  );
  return [...countFaults('components', components.length, [0, 5]), ...newer];
}

/** What must be different in every component of a message. */
function sharedFaults(components: readonly MessageComponent[]): Fault[] {
  const { customIds, ids } = componentTotals(components);
  return [
    ...twice(customIds).flatMap((id) => fault('components', `has the custom id '${id}' twice`)),
    ...twice(ids).flatMap((id) => fault('components', `has the id ${id} twice`)),
  ];
}

function twice(values: readonly (string | number)[]): readonly (string | number)[] {
  return values.filter((value, index) => values.indexOf(value) !== index);
}

function embedsFaults(embeds: readonly APIEmbed[]): Fault[] {
  const text = embeds.reduce((sum, embed) => sum + embedText(embed), 0);
  return [
    ...countFaults('embeds', embeds.length, [0, 10]),
    ...embeds.flatMap((embed, index) => below(`embeds[${index}]`, embedFaults(embed))),
    ...(text > maxEmbedText ? fault('embeds', `has ${text} characters of text, Discord takes ${maxEmbedText}`) : []),
  ];
}

function embedFaults({ title, description, fields = [], footer, author }: APIEmbed): Fault[] {
  return [
    ...lengthFaults('title', title, [0, 256]),
    ...lengthFaults('description', description, [0, 4_096]),
    ...countFaults('fields', fields.length, [0, 25]),
    ...fields.flatMap(({ name, value }, index) =>
      below(`fields[${index}]`, [...lengthFaults('name', name, [1, 256]), ...lengthFaults('value', value, [1, 1_024])]),
    ),
    ...lengthFaults('footer.text', footer?.text, [1, 2_048]),
    ...lengthFaults('author.name', author?.name, [1, 256]),
  ];
}

function embedText({ title = '', description = '', fields = [], footer, author }: APIEmbed): number {
  const texts = [title, description, footer?.text ?? '', author?.name ?? ''];
  return lengthOf([...texts, ...fields.flatMap(({ name, value }) => [name, value])].join(''));
}

function mentionFaults({ parse = [], users = [], roles = [] }: APIAllowedMentions): Fault[] {
  const both = (kind: 'users' | 'roles', type: AllowedMentionsTypes, ids: readonly string[]) =>
    ids.length > 0 && parse.includes(type) ? fault(kind, `cannot name some when parse allows all ${kind}`) : [];
  return [
    ...countFaults('users', users.length, [0, 100]),
    ...countFaults('roles', roles.length, [0, 100]),
    ...both('users', AllowedMentionsTypes.User, users),
    ...both('roles', AllowedMentionsTypes.Role, roles),
  ];
}
