import { InteractionResponseType, MessageFlags } from 'discord-api-types/v10';
import { z } from 'zod';
import type { Component } from '../world/component.ts';
import { ApiError } from './api-error.ts';
import { parseComponents } from './components.ts';
import { FormErrors, invalidForm, list, parseForm, text, withoutNulls } from './form-errors.ts';
import { editedMessageFlags, interactionMessageFlags, isEmptyMessage, parseMessageForm } from './message.ts';
import type { MessageForm } from './message.ts';

export interface AutocompleteChoice {
  name: string;
  value: string | number;
}

export interface Modal {
  custom_id: string;
  title: string;
  components: Component[];
}

/** A callback to an interaction (docs: Receiving and Responding, Interaction Response Object). */
export type Callback =
  | { type: InteractionResponseType.ChannelMessageWithSource; message: MessageForm }
  | { type: InteractionResponseType.DeferredChannelMessageWithSource; isEphemeral: boolean }
  | { type: InteractionResponseType.DeferredMessageUpdate }
  | { type: InteractionResponseType.UpdateMessage; message: MessageForm }
  | { type: InteractionResponseType.ApplicationCommandAutocompleteResult; choices: AutocompleteChoice[] }
  | { type: InteractionResponseType.Modal; modal: Modal };

export type CallbackType = Callback['type'];

export interface CallbackFormOptions {
  /** what this kind of interaction may be answered with */
  allowedTypes: readonly CallbackType[];
  /** flags of the message that the component is on */
  sourceFlags: number;
  hasFiles: boolean;
}

const envelope = z.looseObject({ type: z.int(), data: z.unknown().optional() });

/** Parses the body of a callback. Throws Invalid Form Body (50035) or Cannot send an empty message (50006). */
export function parseCallback(body: unknown, options: CallbackFormOptions): Callback {
  const { type, data } = parseForm(envelope, body);
  const allowed = options.allowedTypes.find((candidate) => candidate === type);
  if (allowed === undefined) {
    return invalidForm(['type'], {
      code: 'BASE_TYPE_CHOICES',
      message: `Value must be one of {${options.allowedTypes.join(', ')}}.`,
    });
  }
  return parseData(allowed, withoutNulls(data), options);
}

function parseData(type: CallbackType, data: unknown, options: CallbackFormOptions): Callback {
  switch (type) {
    case InteractionResponseType.ChannelMessageWithSource: {
      const message = parseMessageForm(required(data), { path: ['data'], settableFlags: interactionMessageFlags });
      if (isEmptyMessage(message) && !options.hasFiles) throw new ApiError(50006);
      return { type, message };
    }
    case InteractionResponseType.DeferredChannelMessageWithSource:
      return { type, isEphemeral: parseDeferral(data) };
    case InteractionResponseType.DeferredMessageUpdate:
      return { type };
    case InteractionResponseType.UpdateMessage: {
      const message = parseMessageForm(data ?? {}, {
        path: ['data'],
        editedFlags: options.sourceFlags,
        settableFlags: editedMessageFlags,
      });
      return { type, message };
    }
    case InteractionResponseType.ApplicationCommandAutocompleteResult:
      return { type, choices: parseForm(choices, required(data), ['data']).choices ?? [] };
    case InteractionResponseType.Modal:
      return { type, modal: parseModal(required(data)) };
  }
}

const choices = z.looseObject({
  choices: list(z.looseObject({ name: text(1, 100), value: z.union([text(1, 100), z.number()]) }), 0, 25).optional(),
});

const modalFields = z.looseObject({ custom_id: text(1, 100), title: text(1, 45), components: z.array(z.unknown()) });

function parseModal(data: unknown): Modal {
  const errors = new FormErrors();
  const fields = errors.parse(modalFields, data, ['data']);
  const path = ['data', 'components'];
  const components = fields === undefined ? [] : parseComponents(fields.components, 'modal', { errors, path });
  if (fields?.components.length === 0) {
    errors.add(path, { code: 'BASE_TYPE_BAD_LENGTH', message: 'Must be between 1 and 5 in length.' });
  }
  errors.throwIfAny();
  if (fields === undefined) throw new ApiError(50035);
  return { custom_id: fields.custom_id, title: fields.title, components };
}

const deferral = z
  .strictObject(
    { flags: z.literal([0, MessageFlags.Ephemeral]).optional() },
    {
      error: (issue) =>
        issue.code === 'unrecognized_keys'
          ? `A deferral takes no ${issue.keys.join(', ')}; edit @original instead.`
          : undefined,
    },
  )
  .default({});

/** Discord drops whatever else a deferral carries without a word; here it fails, since nobody would ever see it. */
function parseDeferral(data: unknown): boolean {
  return parseForm(deferral, data, ['data']).flags === MessageFlags.Ephemeral;
}

function required(data: unknown): unknown {
  if (data !== undefined) return data;
  return invalidForm(['data'], { code: 'BASE_TYPE_REQUIRED', message: 'This field is required' });
}
