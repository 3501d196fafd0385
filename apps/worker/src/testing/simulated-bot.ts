import { GatewayOpcodes } from 'discord-api-types/v10';
import {
  apologize,
  InteractionContext,
  parseInteraction,
  Router,
  runInvocation,
  type BotParts,
  type Module,
} from '@arrakis/bot';
import { DiscordRest } from '@arrakis/discord-rest';
import { createLog } from '@arrakis/service';
import { startSimulator, type Simulator } from '@arrakis/simulator';
import { z } from 'zod';
import { answeringParts } from './answering-parts.ts';

const frame = z.object({ op: z.number(), t: z.string().nullish(), d: z.unknown() });

/**
 * The handlers of modules behind a simulated Discord: members use commands and components there, and see what comes back
 * over HTTP. It is what an ingestor and a worker do, without RabbitMQ and Redis.
 */
export class SimulatedBot implements AsyncDisposable {
  readonly discord: Simulator;
  /** Somebody in the first guild. */
  readonly by: { readonly guildId: string; readonly userId: string };
  /** What handlers have thrown. */
  readonly failures: unknown[] = [];
  readonly #router: Router;
  readonly #parts: BotParts;
  readonly #socket: WebSocket;

  private constructor(discord: Simulator, router: Router, parts: BotParts) {
    this.discord = discord;
    this.#router = router;
    this.#parts = parts;
    const [guildId = ''] = discord.world.guilds;
    const member = discord.world.guild(guildId).members.find(({ user }) => user.bot !== true);
    this.by = { guildId, userId: member?.user.id ?? '' };
    this.#socket = new WebSocket(`${discord.gatewayUrl}?v=10&encoding=json`);
  }

  /** Starts a Discord and registers the commands there. `partsFor`: what handlers need beside REST. */
  static async start(
    modules: readonly Module[],
    partsFor: (rest: DiscordRest) => BotParts = answeringParts,
  ): Promise<SimulatedBot> {
    const discord = await startSimulator({ guilds: 1 });
    const [bot] = discord.bots;
    if (bot === undefined) throw new Error('the simulator has a bot');
    const { applicationId, token } = bot;
    const rest = new DiscordRest({ apiUrl: discord.apiUrl, applicationId, token });
    const router = new Router(modules, { events: ['#'] });
    await rest.overwriteCommands([...router.registrations.global]);
    const simulated = new SimulatedBot(discord, router, partsFor(rest));
    await simulated.#connect(token);
    return simulated;
  }

  /** Resolves when interactions come. */
  async #connect(token: string): Promise<void> {
    const ready = Promise.withResolvers<void>();
    this.#socket.addEventListener('message', ({ data }) => {
      const { op, t, d } = frame.parse(JSON.parse(String(data)));
      if (op === GatewayOpcodes.Hello) {
        const identify = { token, intents: 0, properties: { os: 'test', browser: 'test', device: 'test' } };
        this.#socket.send(JSON.stringify({ op: GatewayOpcodes.Identify, d: identify }));
      }
      if (t === 'READY') ready.resolve();
      if (t === 'INTERACTION_CREATE') void this.#handle(d);
    });
    this.#socket.addEventListener('close', () => ready.reject(new Error('The simulated Discord has hung up.')));
    await ready.promise;
  }

  async #handle(payload: unknown): Promise<void> {
    const interaction = parseInteraction(payload);
    const { invocation } = this.#router.route(interaction);
    const context = new InteractionContext(interaction, {
      ...this.#parts,
      log: createLog({ name: 'test', level: 'silent' }),
      signal: AbortSignal.timeout(10_000),
      defer: invocation.deferral.as,
    });
    try {
      await runInvocation(invocation, context);
    } catch (cause) {
      this.failures.push(cause);
      await apologize(context);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    await this.#parts.rest.close();
    await this.discord.stop();
  }
}
