import { ApplicationCommandType } from 'discord-api-types/v10';
import { isDeepStrictEqual } from 'node:util';
import { ApiError } from '../../forms/api-error.ts';
import { parseCommand, parseCommands } from '../../forms/command.ts';
import type { CommandForm } from '../../forms/command.ts';
import { parseForm } from '../../forms/form-errors.ts';
import { z } from 'zod';
import type { Command, CommandScope } from '../../world/commands.ts';
import { UnknownEntityError } from '../../world/unknown-entity.ts';
import type { World } from '../../world/world.ts';
import { botRoute, noContent, ok } from '../route.ts';
import type { Answer, BotRequest, Route } from '../route.ts';
import { guildOf } from './access.ts';

/** docs: Application Commands, Endpoints */
export function commandRoutes(world: World): Route[] {
  return [
    ...scopedRoutes(world, '/applications/{application.id}/commands', (request) => ownScope(request)),
    ...scopedRoutes(world, '/applications/{application.id}/guilds/{guild.id}/commands', (request) => {
      const scope = ownScope(request);
      return { ...scope, guildId: guildOf(world, request.bot, request.param('guild.id')).id };
    }),
  ];
}

type ScopeOf = (request: BotRequest) => CommandScope;

function scopedRoutes(world: World, template: string, scopeOf: ScopeOf): Route[] {
  const { commands } = world;
  const one = `${template}/{command.id}`;
  return [
    botRoute('GET', template, (request) => ok(commands.list(scopeOf(request)))),
    botRoute('PUT', template, (request) => overwrite(world, scopeOf(request), parseCommands(request.body))),
    botRoute('POST', template, (request) => create(world, scopeOf(request), parseCommand(request.body))),
    botRoute('GET', one, (request) => ok(existing(world, scopeOf(request), request.param('command.id')))),
    botRoute('PATCH', one, (request) => edit(world, scopeOf(request), request)),
    botRoute('DELETE', one, (request) => {
      const deleted = commands.delete(scopeOf(request), request.param('command.id'));
      if (!deleted) throw new ApiError(10063);
      return noContent;
    }),
  ];
}

function ownScope({ bot, param }: BotRequest): CommandScope {
  const applicationId = param('application.id');
  if (applicationId !== bot.applicationId) throw new ApiError(20012);
  return { applicationId };
}

function existing(world: World, scope: CommandScope, commandId: string): Command {
  const command = world.commands.get(scope, commandId);
  if (command === undefined) throw new UnknownEntityError('command', commandId);
  return command;
}

/** A command of a known type and name keeps its id (docs: Bulk Overwrite Global Application Commands). */
function overwrite(world: World, scope: CommandScope, forms: readonly CommandForm[]): Answer {
  checkCount(forms);
  const registered = forms.map((form) => register(world, scope, form));
  world.commands.replaceAll(scope, registered);
  return ok(registered);
}

/** 201 for a new command, 200 when one of that type and name has been replaced. */
function create(world: World, scope: CommandScope, form: CommandForm): Answer {
  const known = world.commands.named(scope, form.type, form.name);
  if (known === undefined) checkCount([...world.commands.list(scope), form]);
  const command = register(world, scope, form);
  world.commands.put(scope, command);
  return { status: known === undefined ? 201 : 200, body: command };
}

function edit(world: World, scope: CommandScope, request: BotRequest): Answer {
  const known = existing(world, scope, request.param('command.id'));
  const changes = parseForm(z.looseObject({}), request.body);
  const form = parseCommand({ ...known, ...changes, id: known.id, type: known.type });
  const command = { ...commandOf(scope, form), id: known.id, version: world.nextId() };
  world.commands.put(scope, command);
  return ok(command);
}

function register(world: World, scope: CommandScope, form: CommandForm): Command {
  const known = world.commands.named(scope, form.type, form.name);
  const fields = commandOf(scope, form);
  const command = { ...fields, id: known?.id ?? world.nextId(), version: known?.version ?? '' };
  if (known !== undefined && isDeepStrictEqual(command, known)) return known;
  return { ...command, version: world.nextId() };
}

function commandOf(scope: CommandScope, form: CommandForm): Command {
  const { id: _id, options, default_member_permissions: permissions, ...fields } = form;
  const isGlobal = scope.guildId === undefined;
  return {
    id: '',
    version: '',
    application_id: scope.applicationId,
    ...(scope.guildId !== undefined && { guild_id: scope.guildId }),
    type: form.type,
    name: form.name,
    name_localizations: fields.name_localizations ?? null,
    description: form.description ?? '',
    description_localizations: fields.description_localizations ?? null,
    default_member_permissions: permissions === undefined ? null : String(permissions),
    ...(isGlobal && { dm_permission: fields.dm_permission ?? true, contexts: fields.contexts ?? null }),
    integration_types: fields.integration_types ?? [0],
    nsfw: fields.nsfw ?? false,
    ...(options !== undefined && { options }),
  };
}

const maximumCounts: Readonly<Partial<Record<ApplicationCommandType, number>>> = {
  [ApplicationCommandType.ChatInput]: 100,
  [ApplicationCommandType.User]: 15,
  [ApplicationCommandType.Message]: 15,
};

/** docs: Application Commands, Registering a Command */
function checkCount(commands: readonly { type: ApplicationCommandType }[]): void {
  for (const [type, maximum] of Object.entries(maximumCounts)) {
    if (commands.filter((command) => command.type === Number(type)).length > maximum) throw new ApiError(30032);
  }
}
