import { InteractionResponseType } from 'discord-api-types/v10';
import { z } from 'zod';
import { parseCallback } from '../../forms/callback.ts';
import type { Callback } from '../../forms/callback.ts';
import type { Interaction } from '../../interactions/interaction.ts';
import type { Responses } from '../../interactions/responses.ts';
import { isEphemeral } from '../../world/message.ts';
import type { World } from '../../world/world.ts';
import { noContent, ok, openRoute } from '../route.ts';
import type { Answer, ApiRequest, Route } from '../route.ts';
import { attachmentsAfter } from './attachments.ts';
import { isTrue } from './guilds.ts';
import type { RouteSetting } from './setting.ts';

/** docs: Receiving and Responding, Create Interaction Response */
export function interactionRoutes({ world, interactions }: RouteSetting): Route[] {
  return [
    openRoute('POST', '/interactions/{interaction.id}/{interaction.token}/callback', (request) =>
      createResponse(world, interactions.responses, request),
    ),
  ];
}

const withData = z.looseObject({ data: z.unknown().optional() });

function createResponse(world: World, responses: Responses, request: ApiRequest): Answer {
  const { body, files, query, param } = request;
  const interaction = responses.forCallback(param('interaction.id'), param('interaction.token'));
  const { source, channelId } = interaction.identity;
  const callback = parseCallback(body, {
    allowedTypes: responses.allowedCallbacks(interaction),
    sourceFlags: source?.flags ?? 0,
    hasFiles: files.length > 0,
  });
  const attachments = attachmentsAfter(world, {
    named: 'message' in callback ? callback.message.attachments : undefined,
    files,
    channelId,
    path: ['data'],
    ...(callback.type === InteractionResponseType.UpdateMessage && { present: source?.attachments ?? [] }),
  });
  const data: unknown = withData.parse(body).data;
  responses.respond(interaction, callback, { data, ...(attachments !== undefined && { attachments }) });
  return isTrue(query.get('with_response')) ? ok(callbackResponse(responses, interaction, callback)) : noContent;
}

/** docs: Interaction Callback Response Object */
function callbackResponse(responses: Responses, interaction: Interaction, callback: Callback): unknown {
  const identity = { id: interaction.id, type: interaction.type };
  if (typeof interaction.originalId !== 'string') return { interaction: identity };
  const message = responses.original(interaction);
  const isMessage =
    callback.type === InteractionResponseType.ChannelMessageWithSource ||
    callback.type === InteractionResponseType.UpdateMessage;
  return {
    interaction: {
      ...identity,
      response_message_id: message.id,
      response_message_loading: callback.type === InteractionResponseType.DeferredChannelMessageWithSource,
      response_message_ephemeral: isEphemeral(message),
    },
    ...(isMessage && { resource: { type: callback.type, message } }),
  };
}
