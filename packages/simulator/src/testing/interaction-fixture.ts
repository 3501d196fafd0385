import { onTestFinished } from 'vitest';
import { parseCallback } from '../forms/callback.ts';
import { parseCommand } from '../forms/command.ts';
import type { InteractionHandle } from '../interactions/handle.ts';
import { Interactions } from '../interactions/interactions.ts';
import type { Component } from '../world/component.ts';
import type { Dispatch } from '../world/dispatch-sink.ts';
import { World } from '../world/world.ts';

/** A world of one guild, and its interactions, without gateway and REST; it lives as long as the test. */
export class InteractionFixture {
  readonly world = new World({ guilds: 1 });
  readonly interactions: Interactions;
  readonly dispatches: Dispatch[] = [];
  readonly guildId: string;
  /** a member who is not the owner */
  readonly userId: string;
  readonly applicationId: string;

  constructor() {
    this.world.connect({ dispatch: (dispatch) => void this.dispatches.push(dispatch) });
    this.interactions = new Interactions(this.world, { deadlineMs: 200 });
    [this.guildId = ''] = this.world.guilds;
    this.userId = this.guild.members[1]?.user.id ?? '';
    this.applicationId = this.world.bots[0]?.applicationId ?? '';
    onTestFinished(() => this.interactions.stop());
  }

  get guild(): ReturnType<World['guild']> {
    return this.world.guild(this.guildId);
  }

  get general(): string {
    return this.guild.channelNamed('general').id;
  }

  /** `data` of the last dispatch */
  get lastData(): unknown {
    return this.dispatches.at(-1)?.data;
  }

  /** Returns the command's id. */
  register(body: Record<string, unknown>, scope: { guildId?: string } = {}): string {
    const { options, ...command } = parseCommand(body);
    const id = this.world.nextId();
    const { applicationId } = this;
    this.world.commands.put(
      { applicationId, ...scope },
      {
        ...command,
        id,
        version: id,
        application_id: applicationId,
        description: '',
        default_member_permissions: command.default_member_permissions?.toString() ?? null,
        ...(scope.guildId !== undefined && { guild_id: scope.guildId }),
        ...(options !== undefined && { options }),
      },
    );
    return id;
  }

  respond(handle: InteractionHandle, body: unknown): void {
    const { responses } = this.interactions;
    const interaction = responses.forCallback(handle.id, handle.token);
    const options = { allowedTypes: responses.allowedCallbacks(interaction), sourceFlags: 0, hasFiles: false };
    responses.respond(interaction, parseCallback(body, options), { data: undefined });
  }

  /** A message of the bot with these rows of components; returns its id. */
  post(...rows: Component[][]): string {
    const author = this.world.bot(this.applicationId).user;
    const components = rows.map((row) => ({ type: 1, components: row }));
    return this.world.conversations.post({ channelId: this.general, author, components }).id;
  }
}
