import {
  ApplicationCommandType,
  ComponentType,
  InteractionType,
  type APIApplicationCommandOptionChoice,
  type APIMessage,
  type APIModalInteractionResponseCallbackData,
} from 'discord-api-types/v10';
import { DiscordRest, nonceFor } from '@arrakis/discord-rest';
import type { EventPayloads } from '../definition/event.ts';
import { apologize, runInvocation } from '../interaction/boundary.ts';
import { InteractionContext, type BotParts } from '../interaction/interaction-context.ts';
import { parseInteraction } from '../interaction/interaction.ts';
import type { Module } from '../registry/module.ts';
import { Router } from '../registry/router.ts';
import { Entities, type AnyEntity, type TestUser } from './entities.ts';
import { interactionPayload, type TestAsker } from './interaction-payload.ts';
import { commandOptions, modalComponents, resolvedData, type TestField, type TestOption } from './interaction-data.ts';
import { MemoryState } from './memory-state.ts';
import { RecordingDiscord, type Conversation } from './recording-discord.ts';
import { RecordingGateway, type TestGatewayCommand } from './recording-gateway.ts';
import { RecordingLog, type TestLogLine } from './recording-log.ts';

/** What a test context is made with. */
export interface TestContextOptions {
  /** Settings of modules, as the environment has them; what is left out has its default. */
  readonly settings?: Readonly<Record<string, string>>;
  /** How long a handler may take before its signal is aborted, in ms; 5 s unless said otherwise. */
  readonly timeoutMs?: number;
}

/** What came of an interaction. */
export interface TestResult {
  /** What whoever asked sees: the answer as it stands, then what followed it. */
  readonly messages: readonly APIMessage[];
  /** How it was acknowledged before its answer; undefined when it was answered directly. */
  readonly deferred: 'public' | 'ephemeral' | 'update' | undefined;
  readonly modal: APIModalInteractionResponseCallbackData | undefined;
  /** Of an autocomplete. */
  readonly choices: readonly APIApplicationCommandOptionChoice[] | undefined;
  /** `refused`: a guard, a cooldown or the handler denied it, or nobody handles it; `failed`: the handler has thrown. */
  readonly outcome: 'done' | 'refused' | 'failed';
}

/**
 * Runs the handlers of modules without a Discord: with state in memory, with everything recorded that they send, and by
 * Discord's rules, so that what Discord would refuse fails the test.
 *
 *     const test = testContext([poll]);
 *     const { messages } = await test.slash('poll', { question: 'More water?' });
 *     await test.button(vote.id({ choice: 'yes' }));
 *     test.advance(60_000);
 */
export function testContext(modules: readonly Module[], options?: TestContextOptions): TestContext {
  return new TestContext(modules, options);
}

/** See {@link testContext}. What a handler throws, the methods throw; `latest` tells what the member saw all the same. */
export class TestContext {
  /** Makes users, roles, channels, files and messages to give to handlers. */
  readonly make: Entities;
  readonly discord: RecordingDiscord;
  readonly state: MemoryState;
  /** What was written to the log. */
  readonly logs: readonly TestLogLine[];
  /** What the gateway was told to do. */
  readonly gatewayCommands: readonly TestGatewayCommand[];
  /** What came of the latest interaction. */
  latest: TestResult | undefined;
  readonly #router: Router;
  readonly #parts: BotParts;
  readonly #log = new RecordingLog();
  readonly #timeoutMs: number;
  readonly #defaultUser: TestUser;
  #offsetMs = 0;
  #sequence = 0n;
  #written: APIMessage | undefined;

  constructor(modules: readonly Module[], { settings = {}, timeoutMs = 5_000 }: TestContextOptions = {}) {
    const nextId = () => this.#nextId();
    const gateway = new RecordingGateway();
    this.make = new Entities(nextId);
    this.discord = new RecordingDiscord(nextId);
    this.state = new MemoryState(() => this.now());
    this.logs = this.#log.lines;
    this.gatewayCommands = gateway.commands;
    this.#router = new Router(modules, { events: ['#'] });
    this.#timeoutMs = timeoutMs;
    this.#defaultUser = this.make.user({ id: '300', username: 'paul' });
    const rest = new DiscordRest({
      apiUrl: 'http://discord.invalid',
      applicationId: '100',
      token: 'test',
      transport: this.discord,
    });
    this.#parts = { rest, gateway, state: this.state, environment: settings };
  }

  /** The time of this context, in ms since the epoch. */
  now(): number {
    return Date.now() + this.#offsetMs;
  }

  /** Lets time pass for state and for the interactions that come; timers of handlers run by the real clock. */
  advance(ms: number): void {
    this.#offsetMs += ms;
  }

  /** A member runs a slash command: `test.slash('role give', { who: test.make.user() })`. */
  async slash(
    path: string,
    entered: Readonly<Record<string, TestOption>> = {},
    asker?: TestAsker,
  ): Promise<TestResult> {
    const options = commandOptions(this.#commands(), { path, options: entered });
    const [name = ''] = path.split(' ');
    const data = {
      type: ApplicationCommandType.ChatInput,
      name,
      options,
      resolved: resolvedData(Object.values(entered)),
    };
    return this.#ask(InteractionType.ApplicationCommand, data, asker);
  }

  /** A member types in the option `focused`: the choices that are suggested. */
  async autocomplete(
    path: string,
    entered: Readonly<Record<string, TestOption>>,
    { focused, ...asker }: TestAsker & { readonly focused: string },
  ): Promise<readonly APIApplicationCommandOptionChoice[]> {
    const options = commandOptions(this.#commands(), { path, options: entered, focused });
    const [name = ''] = path.split(' ');
    const data = { type: ApplicationCommandType.ChatInput, name, options };
    return (await this.#ask(InteractionType.ApplicationCommandAutocomplete, data, asker)).choices ?? [];
  }

  /** A member runs a command in the menu of a user. */
  async userMenu(name: string, target: TestUser, asker?: TestAsker): Promise<TestResult> {
    const data = { type: ApplicationCommandType.User, name, target_id: target.id, resolved: resolvedData([target]) };
    return this.#ask(InteractionType.ApplicationCommand, data, asker);
  }

  /** A member runs a command in the menu of a message. */
  async messageMenu(name: string, target: APIMessage, asker?: TestAsker): Promise<TestResult> {
    const resolved = { messages: { [target.id]: target } };
    const data = { type: ApplicationCommandType.Message, name, target_id: target.id, resolved };
    return this.#ask(InteractionType.ApplicationCommand, data, asker);
  }

  /** A member presses a button. */
  async button(customId: string, asker?: TestAsker): Promise<TestResult> {
    return this.#component({ custom_id: customId, component_type: ComponentType.Button }, asker);
  }

  /** A member selects: texts in a select of strings, otherwise what `make` has made. */
  async select(customId: string, selected: readonly (string | AnyEntity)[], asker?: TestAsker): Promise<TestResult> {
    const type = this.#selectType(customId);
    const values = selected.map((one) => (typeof one === 'string' ? one : one.id));
    const data = { custom_id: customId, component_type: type, values, resolved: resolvedData(selected) };
    return this.#component(data, asker);
  }

  /** A member submits a modal. */
  async submit(
    customId: string,
    entered: Readonly<Record<string, TestField>> = {},
    asker?: TestAsker,
  ): Promise<TestResult> {
    const found = this.#router.modules
      .flatMap(({ components = [] }) => components)
      .find((one) => one.kind === 'modal' && one.customId.match(customId) !== undefined);
    const components = found?.kind === 'modal' ? modalComponents(found.fields, entered) : [];
    const data = { custom_id: customId, components, resolved: resolvedData(Object.values(entered)) };
    return this.#ask(InteractionType.ModalSubmit, data, asker);
  }

  /**
   * An event comes, to the handlers of all modules; `id` is the event's, the same for one that comes again.
   * @throws what the first handler throws that does.
   */
  async event(
    type: keyof EventPayloads,
    payload: object,
    { id = `event-${this.#nextId()}`, attempt = 1 }: { readonly id?: string; readonly attempt?: number } = {},
  ): Promise<void> {
    const routed = this.#router.events(type);
    if (routed.length === 0) throw new Error(`No module handles ${type}.`);
    const text = (name: string): string | undefined => {
      const value: unknown = Reflect.get(payload, name);
      return typeof value === 'string' ? value : undefined;
    };
    const guildId = text('guild_id') ?? (type.startsWith('guild.') ? text('id') : undefined);
    const about = {
      ...this.#parts,
      id,
      type,
      guildId,
      userId: text('user_id'),
      receivedAt: this.now(),
      attempt,
      fence: undefined,
      deadline: this.now() + this.#timeoutMs,
      signal: AbortSignal.timeout(this.#timeoutMs),
      log: this.#log,
    };
    const runs = routed.map(async ({ module, handler }) =>
      handler.prepare(JSON.parse(JSON.stringify(payload))).run({
        ...about,
        settings: (settings) => settings.in(this.#parts.environment),
        nonce: (purpose) => nonceFor(`${id}/${module}`, purpose),
      }),
    );
    const failed = (await Promise.allSettled(runs)).find((run) => run.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  #commands() {
    return this.#router.modules.flatMap(({ commands = [] }) => commands);
  }

  #selectType(customId: string): ComponentType {
    const found = this.#router.modules
      .flatMap(({ components = [] }) => components)
      .find(
        (one) =>
          one.kind === 'component' &&
          one.componentType !== ComponentType.Button &&
          one.customId.match(customId) !== undefined,
      );
    return found?.kind === 'component' ? found.componentType : ComponentType.StringSelect;
  }

  #component(data: object, asker: TestAsker = {}): Promise<TestResult> {
    const message = asker.message ?? this.#written ?? this.make.message();
    return this.#ask(InteractionType.MessageComponent, data, { ...asker, message });
  }

  async #ask(type: InteractionType, data: object, asker: TestAsker = {}): Promise<TestResult> {
    const user = asker.user ?? this.#defaultUser;
    const payload = interactionPayload({ id: this.#nextId(asker.ageMs), type, data }, { ...asker, user });
    const interaction = parseInteraction(JSON.parse(JSON.stringify(payload)));
    const conversation = this.discord.begin(interaction.token, asker.message);
    const { invocation, mismatch } = this.#router.route(interaction);
    const context = new InteractionContext(interaction, {
      ...this.#parts,
      log: this.#log,
      signal: AbortSignal.timeout(this.#timeoutMs),
      defer: invocation.deferral.as,
    });
    try {
      const result = await runInvocation(invocation, context);
      return this.#conclude(conversation, mismatch === undefined && result === 'done' ? 'done' : 'refused');
    } catch (cause) {
      if (type !== InteractionType.ApplicationCommandAutocomplete) await apologize(context);
      this.#conclude(conversation, 'failed');
      throw cause;
    }
  }

  #conclude(conversation: Conversation, outcome: TestResult['outcome']): TestResult {
    const { messages, deferred, modal, choices } = conversation;
    this.#written = messages.at(-1) ?? this.#written;
    this.latest = { messages, deferred, modal, choices, outcome };
    return this.latest;
  }

  /** An id of something that was created `ageMs` ago. */
  #nextId(ageMs = 0): string {
    this.#sequence += 1n;
    const at = BigInt(Math.round(this.now() - ageMs - 1_420_070_400_000));
    return String((at << 22n) | (this.#sequence & 0x3fffffn));
  }
}
