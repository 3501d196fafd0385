import { InteractionType } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import { kindOf, MalformedPayloadError, parseInteraction } from '../index.ts';
import { userOf } from './interaction.ts';
import { member, payload, slashCommand } from '../testing/payloads.ts';

describe('the payload of an interaction', () => {
  it.each([
    ['nothing', undefined],
    ['a text', 'x'],
    ['an unknown kind', { ...payload(InteractionType.ModalSubmit, {}), type: 9 }],
    ['no data', payload(InteractionType.ApplicationCommand, undefined)],
    ['an id that is no id', payload(InteractionType.ModalSubmit, { custom_id: 'x', components: [] }, { id: 'x' })],
  ])('is refused: %s', (_, body) => {
    expect(() => parseInteraction(body)).toThrow(MalformedPayloadError);
  });

  it('is refused without repeating what it held', () => {
    const body = payload(InteractionType.ApplicationCommand, { type: 'hunter2' }, { token: 7, locale: ['hunter2'] });
    expect(() => parseInteraction(body)).toThrow(/token: .*locale: .*data\.type: /);
    expect(() => parseInteraction(body)).not.toThrow(/hunter2/);
  });

  it('names who caused it, in a guild and elsewhere', () => {
    expect(userOf(slashCommand('ping'))).toEqual(member.user);
    const direct = { member: undefined, user: { id: '7', username: 'chani' }, guild_id: undefined };
    const data = { type: 1, name: 'ping' };
    expect(userOf(parseInteraction(payload(InteractionType.ApplicationCommand, data, direct))).id).toBe('7');
    const nobody = parseInteraction(payload(InteractionType.ApplicationCommand, data, { member: undefined }));
    expect(() => userOf(nobody)).toThrow(MalformedPayloadError);
  });

  it('has a kind in a word', () => {
    expect(kindOf(slashCommand('ping'))).toBe('command');
  });
});
