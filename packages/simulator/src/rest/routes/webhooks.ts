import { ApiError } from '../../forms/api-error.ts';
import { editedMessageFlags, interactionMessageFlags, isEmptyMessage, parseMessageForm } from '../../forms/message.ts';
import type { Interaction } from '../../interactions/interaction.ts';
import type { Responses } from '../../interactions/responses.ts';
import type { Message } from '../../world/message.ts';
import type { World } from '../../world/world.ts';
import { noContent, ok, openRoute } from '../route.ts';
import type { Answer, ApiRequest, Route } from '../route.ts';
import { attachmentsAfter } from './attachments.ts';
import type { RouteSetting } from './setting.ts';

/** The message that a request is about. */
type Select = (request: ApiRequest, interaction: Interaction) => Message;

/** What an interaction's token opens (docs: Receiving and Responding, Followup Messages). */
export function webhookRoutes({ world, interactions }: RouteSetting): Route[] {
  const { responses } = interactions;
  const webhook = '/webhooks/{application.id}/{interaction.token}';
  return [
    openRoute('POST', webhook, (request) => followUp(world, responses, request)),
    ...messageRoutes(`${webhook}/messages/@original`, { world, responses }, (_, interaction) =>
      responses.original(interaction),
    ),
    ...messageRoutes(`${webhook}/messages/{message.id}`, { world, responses }, ({ param }, interaction) =>
      responses.message(interaction, param('message.id')),
    ),
  ];
}

function messageRoutes(template: string, setting: { world: World; responses: Responses }, select: Select): Route[] {
  const { world, responses } = setting;
  return [
    openRoute('GET', template, (request) => ok(select(request, interactionOf(responses, request)))),
    openRoute('PATCH', template, (request) => {
      const interaction = interactionOf(responses, request);
      return edit(world, request, { responses, interaction, message: select(request, interaction) });
    }),
    openRoute('DELETE', template, (request) => {
      const interaction = interactionOf(responses, request);
      responses.deleteMessage(interaction, select(request, interaction));
      return noContent;
    }),
  ];
}

/** Throws 10015 or 50027. */
function interactionOf(responses: Responses, { param }: ApiRequest): Interaction {
  return responses.forWebhook(param('application.id'), param('interaction.token'));
}

function followUp(world: World, responses: Responses, request: ApiRequest): Answer {
  const { body, files } = request;
  const interaction = interactionOf(responses, request);
  const { channelId } = interaction.identity;
  const form = parseMessageForm(body ?? {}, { settableFlags: interactionMessageFlags });
  if (isEmptyMessage(form) && files.length === 0) throw new ApiError(50006);
  const attachments = attachmentsAfter(world, { named: form.attachments, files, channelId });
  return ok(responses.followUp(interaction, { form, ...(attachments !== undefined && { attachments }) }));
}

interface Edit {
  responses: Responses;
  interaction: Interaction;
  message: Message;
}

function edit(world: World, { body, files }: ApiRequest, { responses, interaction, message }: Edit): Answer {
  const form = parseMessageForm(body ?? {}, { editedFlags: message.flags, settableFlags: editedMessageFlags });
  const { channel_id: channelId, attachments: present } = message;
  const attachments = attachmentsAfter(world, { named: form.attachments, files, channelId, present });
  const changed = attachments === undefined ? {} : { attachments };
  if (isEmptyMessage({ ...message, ...form, ...changed })) throw new ApiError(50006);
  return ok(responses.editMessage(interaction, message, { form, ...changed }));
}
