import { ApplicationCommandOptionType as Type } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import { MalformedPayloadError } from '../errors.ts';
import { optionValues } from './option-values.ts';
import { opt } from './options.ts';
import { slashCommand } from '../testing/payloads.ts';

const definitions = {
  text: opt.string({ description: 'a', required: true }),
  count: opt.integer({ description: 'b' }),
  ratio: opt.number({ description: 'c' }),
  loud: opt.boolean({ description: 'd' }),
  who: opt.user({ description: 'e' }),
  role: opt.role({ description: 'f' }),
  where: opt.channel({ description: 'g' }),
  ping: opt.mentionable({ description: 'h' }),
  file: opt.attachment({ description: 'i' }),
};

const resolvedPayload = {
  users: { 1: { id: '1', username: 'chani' } },
  members: { 1: { roles: [], permissions: '0' } },
  roles: { 2: { id: '2', name: 'Fedaykin' } },
  channels: { 3: { id: '3', name: 'general' } },
  attachments: { 4: { id: '4', filename: 'map.png' } },
};

/** Options as they arrive, with what their ids stand for. */
function values(submitted: unknown[]) {
  const interaction = slashCommand('all', submitted, resolvedPayload);
  if (interaction.type !== 2) throw new Error('a command was built');
  return optionValues(definitions, interaction.data.options, interaction.data.resolved);
}

describe('options', () => {
  it('of every type have their values', () => {
    const submitted = [
      { name: 'text', type: Type.String, value: 'spice' },
      { name: 'count', type: Type.Integer, value: 7 },
      { name: 'ratio', type: Type.Number, value: 0.5 },
      { name: 'loud', type: Type.Boolean, value: false },
      { name: 'who', type: Type.User, value: '1' },
      { name: 'role', type: Type.Role, value: '2' },
      { name: 'where', type: Type.Channel, value: '3' },
      { name: 'ping', type: Type.Mentionable, value: '2' },
      { name: 'file', type: Type.Attachment, value: '4' },
    ];
    expect(values(submitted)).toEqual({
      text: 'spice',
      count: 7,
      ratio: 0.5,
      loud: false,
      who: { user: resolvedPayload.users[1], member: resolvedPayload.members[1] },
      role: resolvedPayload.roles[2],
      where: resolvedPayload.channels[3],
      ping: resolvedPayload.roles[2],
      file: resolvedPayload.attachments[4],
    });
  });

  it('that are not given are absent', () => {
    expect(values([{ name: 'text', type: Type.String, value: 'spice' }])).toEqual({ text: 'spice' });
  });

  it('that the definition does not know are left out', () => {
    const submitted = ['text', 'gone'].map((name) => ({ name, type: Type.String, value: 'x' }));
    expect(values(submitted)).toEqual({ text: 'x' });
  });

  it('a mentionable may be a user', () => {
    const submitted = [
      { name: 'text', type: Type.String, value: 'x' },
      { name: 'ping', type: Type.Mentionable, value: '1' },
    ];
    expect(values(submitted)).toMatchObject({ ping: { user: { id: '1' } } });
  });

  it.each([
    ['a missing required one', [], "option 'text' is missing"],
    ['a text that is a number', [{ name: 'text', type: Type.Integer, value: 1 }], "option 'text' is no string"],
    [
      'an id that stands for nothing',
      [
        { name: 'text', type: Type.String, value: 'x' },
        { name: 'who', type: Type.User, value: '99' },
      ],
      'not resolved',
    ],
  ])('are refused with %s', (_, submitted, message) => {
    expect(() => values(submitted)).toThrow(MalformedPayloadError);
    expect(() => values(submitted)).toThrow(message);
  });
});
