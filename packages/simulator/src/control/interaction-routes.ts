import { ComponentType, Locale } from 'discord-api-types/v10';
import { z } from 'zod';
import type { InteractionHandle } from '../interactions/handle.ts';
import type { Interactions } from '../interactions/interactions.ts';
import { ControlNotFoundError, route } from './route.ts';
import type { ControlRoute } from './route.ts';

const invocation = {
  applicationId: z.string().exactOptional(),
  guildId: z.string().nullable(),
  userId: z.string(),
  channelId: z.string().exactOptional(),
  locale: z.enum(Locale).exactOptional(),
};
const optionValues = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));
const component = { ...invocation, customId: z.string(), messageId: z.string().exactOptional() };
const wait = z.strictObject({ id: z.string(), timeoutMs: z.coerce.number().positive().exactOptional() });

/** Members who run commands and use components, and what they see of the answers. */
export function interactionRoutes(interactions: Interactions): ControlRoute[] {
  return [...creationRoutes(interactions), ...lookRoutes(interactions)];
}

function creationRoutes(interactions: Interactions): ControlRoute[] {
  const slash = { ...invocation, name: z.string(), options: optionValues.exactOptional() };
  const menu = z.strictObject({ ...invocation, name: z.string(), targetId: z.string() });
  return [
    created('slash', z.strictObject(slash), (input) => interactions.slash(input)),
    created('autocomplete', z.strictObject({ ...slash, options: optionValues, focused: z.string() }), (input) =>
      interactions.autocomplete(input),
    ),
    created('userMenu', menu, (input) => interactions.userMenu(input)),
    created('messageMenu', menu, (input) => interactions.messageMenu(input)),
    created('button', z.strictObject(component), (input) => interactions.button(input)),
    created(
      'select',
      z.strictObject({
        ...component,
        componentType: z.enum(ComponentType).exactOptional(),
        values: z.array(z.string()),
      }),
      (input) => interactions.select(input),
    ),
    created(
      'modalSubmit',
      z.strictObject({
        ...invocation,
        customId: z.string(),
        fields: z.record(z.string(), z.union([z.string(), z.boolean(), z.array(z.string())])),
      }),
      (input) => interactions.modalSubmit(input),
    ),
  ];
}

function created<Schema extends z.ZodType>(
  kind: string,
  schema: Schema,
  create: (input: z.output<Schema>) => InteractionHandle,
): ControlRoute {
  return route(['POST', `/interactions/${kind}`], schema, (input) => summary(create(input)));
}

function lookRoutes(interactions: Interactions): ControlRoute[] {
  const find = (id: string): InteractionHandle => {
    const handle = interactions.find(id);
    if (handle === undefined) throw new ControlNotFoundError(`There is no interaction ${id}, or it was forgotten.`);
    return handle;
  };
  return [
    route(['GET', '/interactions/:id'], z.strictObject({ id: z.string() }), ({ id }) => summary(find(id))),
    route(['GET', '/interactions/:id/answered'], wait, ({ id, ...options }) => find(id).answered(options)),
    route(['GET', '/interactions/:id/settled'], wait, ({ id, ...options }) => find(id).settled(options)),
    route(['GET', '/interactions/:id/seen'], z.strictObject({ id: z.string(), userId: z.string() }), ({ id, userId }) =>
      find(id).seenBy(userId),
    ),
  ];
}

/** The interaction without its token: whoever holds it could answer in the bot's place. */
function summary(handle: InteractionHandle) {
  const { id, kind, applicationId, userId, channelId, dispatchedAtMs } = handle;
  const callback = handle.callback() ?? null;
  return { id, kind, applicationId, userId, channelId, dispatchedAtMs, state: handle.state(), callback };
}
