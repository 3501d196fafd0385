import { ButtonStyle, ComponentType, InteractionType } from 'discord-api-types/v10';
import { acknowledgeBy, answerBy, DiscordRest } from '@arrakis/discord-rest';
import { startSimulator, type InteractionHandle, type Simulator } from '@arrakis/simulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  button,
  field,
  InteractionContext,
  modal,
  opt,
  parseInteraction,
  ResponseStateError,
  Router,
  slash,
  type Command,
  type InteractionContextOptions,
} from '../index.ts';
import { answeringParts, silent } from '../testing/parts.ts';
import { payload } from '../testing/payloads.ts';

let discord: Simulator;
let rest: DiscordRest;
let by: { guildId: string; userId: string };
let channelId: string;

const form = modal('form:{topic}', {
  title: 'Form',
  fields: { message: field.text({ label: 'Message', maxLength: 100 }) },
  run: (_, { message }, { topic }) => ({ content: `${topic}: ${message}` }),
});
const asked: string[] = [];
/** What a test does after a deferral. */
let deferred: (interactionId: string) => Promise<unknown> = () => Promise.resolve();
const deadlines: number[] = [];
const commands: Command[] = [
  slash('answer', { description: 'x', run: () => ({ content: 'here' }) }),
  slash('secret', { description: 'x', run: () => ({ content: 'psst', ephemeral: true }) }),
  slash('slow', { description: 'x', defer: 'public', run: () => ({ content: 'at last' }) }),
  slash('slow-secret', { description: 'x', defer: 'ephemeral', run: () => ({ content: 'psst, at last' }) }),
  slash('silent', { description: 'x', run: () => undefined }),
  slash('silent-later', { description: 'x', defer: 'public', run: () => undefined }),
  slash('twice', {
    description: 'x',
    async run(ctx) {
      await ctx.reply({ content: 'one' });
      await ctx.reply({ content: 'two' });
    },
  }),
  slash('hasty', {
    description: 'x',
    async run(ctx) {
      await ctx.edit({ content: 'nothing to edit' });
    },
  }),
  slash('chatty', {
    description: 'x',
    async run(ctx) {
      deadlines.push(ctx.deadline);
      await ctx.reply({ content: 'one' });
      deadlines.push(ctx.deadline);
      await ctx.edit({ content: 'one and a half' });
      await ctx.followUp({ content: 'two', ephemeral: true });
    },
  }),
  slash('serial', {
    description: 'x',
    defer: 'ephemeral',
    async run(ctx) {
      await ctx.followUp({ content: 'first' });
      await ctx.followUp({ content: 'second' });
    },
  }),
  slash('parallel', {
    description: 'x',
    defer: 'public',
    run: async (ctx) => void (await Promise.all(['a', 'b', 'c'].map((content) => ctx.followUp({ content })))),
  }),
  slash('whisper', {
    description: 'x',
    defer: 'public',
    run: async (ctx) => void (await ctx.followUp({ content: 'psst', ephemeral: true })),
  }),
  slash('persistent', {
    description: 'x',
    defer: 'public',
    async run(ctx) {
      await deferred(ctx.id);
      await ctx.followUp({ content: 'all the same' });
    },
  }),
  ...(['none', 'ephemeral'] as const).map((defer) =>
    slash(`filed-${defer}`, {
      description: 'x',
      defer,
      async run(ctx) {
        await ctx.reply({ content: 'one', files: [file('a.txt'), file('b.txt')] });
        await ctx.followUp({ files: [file('c.txt')] });
        await ctx.edit({ files: [file('d.txt')] });
      },
    }),
  ),
  slash('edited', { description: 'x', defer: 'public', run: (ctx) => ctx.edit({ content: 'edited' }) }),
  slash('filled', { description: 'x', defer: 'ephemeral', run: (ctx) => ctx.followUp({ content: 'filled' }) }),
  slash('further', {
    description: 'x',
    async run(ctx) {
      await ctx.reply({ content: 'one' });
      return ctx.followUp({ content: 'two' });
    },
  }),
  slash('elsewhere', {
    description: 'x',
    run: (ctx) => ctx.rest.createMessage(channelId, { content: 'there' }, { nonce: ctx.nonce() }),
  }),
  slash('ask', { description: 'x', run: (ctx) => ctx.modal(form.open({ topic: 'water' })) }),
  slash('pick', {
    description: 'x',
    options: {
      shade: opt.integer({ description: 'x' }),
      name: opt.string({
        description: 'x',
        autocomplete({ value, given }) {
          asked.push(`${value} ${JSON.stringify(given)}`);
          return Array.from({ length: 40 }, (_, index) => ({ name: `${value}${index}`, value: `${index}` }));
        },
      }),
    },
    run: () => ({ content: 'picked' }),
  }),
  slash('post', {
    description: 'x',
    run: () => ({
      content: 'press',
      components: [
        {
          type: ComponentType.ActionRow,
          components: [now, later, kept].map((pressed) => ({
            type: ComponentType.Button,
            style: ButtonStyle.Primary,
            label: 'Press',
            custom_id: pressed.id(),
          })),
        },
      ],
    }),
  }),
];
function file(name: string) {
  return { name, data: Buffer.from(name) };
}
const now = button('now', { run: (ctx) => ctx.update({ content: 'pressed' }) });
const later = button('later', { defer: 'update', run: () => ({ content: 'pressed later' }) });
const kept = button('kept', {
  defer: 'update',
  run: async (ctx) => void (await ctx.followUp({ content: 'thank you', ephemeral: true })),
});
const router = new Router([{ name: 'test', commands, components: [form, now, later, kept] }]);

beforeAll(async () => {
  discord = await startSimulator({ guilds: 1 });
  const [bot] = discord.bots;
  if (bot === undefined) throw new Error('the simulator has a bot');
  rest = new DiscordRest({ apiUrl: discord.apiUrl, applicationId: bot.applicationId, token: bot.token });
  await rest.overwriteCommands([...router.registrations.global]);
  const [guildId = ''] = discord.world.guilds;
  channelId = discord.world.guild(guildId).channelNamed('general').id;
  const people = discord.world.guild(guildId).members.filter(({ user }) => user.bot !== true);
  by = { guildId, userId: people[0]?.user.id ?? '' };
});
afterAll(async () => {
  await rest.close();
  await discord.stop();
});

/** Handles an interaction as a worker does; `options` are those of the context. */
async function handle(
  { id, token }: InteractionHandle,
  request: { type: InteractionType; data: unknown; fields?: object },
  options: Partial<InteractionContextOptions> = {},
): Promise<void> {
  const interaction = parseInteraction(payload(request.type, request.data, { id, token, ...request.fields }));
  const { invocation, mismatch } = router.route(interaction);
  if (mismatch !== undefined) throw new Error('nobody handles it');
  const context = new InteractionContext(interaction, {
    ...answeringParts(rest),
    log: silent,
    signal: AbortSignal.timeout(5_000),
    defer: invocation.deferral.as,
    ...options,
  });
  await invocation.run(context);
}

const command = (name: string) => ({ type: InteractionType.ApplicationCommand, data: { type: 1, name } });
const use = (name: string) => discord.interactions.slash({ ...by, name });
const contents = async (interaction: InteractionHandle) =>
  (await interaction.settled()).messages.map(({ content, flags }) => [content, flags]);
const ephemeral = 64;

describe('a command', () => {
  it.each([
    ['answer', 4, 'here', 0],
    ['secret', 4, 'psst', ephemeral],
    ['slow', 5, 'at last', 0],
    ['slow-secret', 5, 'psst, at last', ephemeral],
  ])('/%s is answered by callback %i with %j', async (name, callbackType, content, flags) => {
    const interaction = use(name);
    await handle(interaction, command(name));
    expect(interaction.callback()?.callbackType).toBe(callbackType);
    expect(await contents(interaction)).toEqual([[content, flags]]);
  });

  it('may edit its answer and follow it up, with more time once it has answered', async () => {
    const interaction = use('chatty');
    await handle(interaction, command('chatty'));
    expect(await contents(interaction)).toEqual([
      ['one and a half', 0],
      ['two', ephemeral],
    ]);
    expect(deadlines).toEqual([acknowledgeBy(interaction.id), answerBy(interaction.id)]);
  });

  it.each([
    ['edited', [['edited', 0]]],
    ['filled', [['filled', ephemeral]]],
    [
      'further',
      [
        ['one', 0],
        ['two', 0],
      ],
    ],
  ])('/%s may return the message that its context has sent, which is no second answer', async (name, expected) => {
    const interaction = use(name);
    await handle(interaction, command(name));
    expect(await contents(interaction)).toEqual(expected);
  });

  it('that returns a message of elsewhere has not answered', async () => {
    const interaction = use('elsewhere');
    await expect(handle(interaction, command('elsewhere'))).rejects.toThrow(
      /has not answered: it has returned a message that is at Discord already/,
    );
    expect(interaction.callback()).toBeUndefined();
  });

  it('may begin with a follow-up, which then takes the place of the deferral, even when Discord was not heard', async () => {
    const interaction = use('serial');
    discord.rest.addFault({ method: 'PATCH', times: 1, loseResponse: true });
    await handle(interaction, command('serial'));
    discord.rest.clearFaults();
    expect(await contents(interaction)).toEqual([
      ['first', ephemeral],
      ['second', 0],
    ]);
  });

  it('may follow up several times at once: each of them appears', async () => {
    const interaction = use('parallel');
    await handle(interaction, command('parallel'));
    const shown = (await contents(interaction)).map(([content]) => content);
    expect(shown).toHaveLength(3);
    expect(new Set(shown)).toEqual(new Set(['a', 'b', 'c']));
  });

  it('shows nobody else what only one is to see, even in the place of a deferral', async () => {
    const interaction = use('whisper');
    const before = discord.rest.statistics().requests;
    await expect(handle(interaction, command('whisper'))).rejects.toThrow(/which everybody sees/);
    // The deferral, and nothing after it.
    expect(discord.rest.statistics().requests).toBe(before + 1);
  });

  it.each(['none', 'ephemeral'])(
    'shows files, deferred as %s, each once even when an answer got lost',
    async (defer) => {
      discord.rest.addFault({ method: 'PATCH', times: 1, loseResponse: true });
      const interaction = use(`filed-${defer}`);
      await handle(interaction, command(`filed-${defer}`));
      const { messages } = await interaction.settled();
      const attached = messages.map(({ attachments }) => attachments.map(({ filename }) => filename));
      expect(attached).toEqual([['d.txt'], ['c.txt']]);
    },
  );

  it('may follow up after somebody has deleted the deferral', async () => {
    const interaction = use('persistent');
    deferred = () => rest.deleteOriginal(interaction);
    await handle(interaction, command('persistent'));
    expect(await contents(interaction)).toEqual([['all the same', 0]]);
  });

  it('that is delivered again edits what it has answered', async () => {
    const interaction = use('answer');
    await handle(interaction, command('answer'));
    await handle(interaction, command('answer'));
    expect(await contents(interaction)).toEqual([['here', 0]]);
  });

  it('that is delivered again keeps its answer to whom it was for', async () => {
    const interaction = use('secret');
    await handle(interaction, command('secret'));
    await handle(interaction, command('secret'));
    expect(await contents(interaction)).toEqual([['psst', ephemeral]]);
  });

  it('that was deferred by an earlier delivery is answered all the same', async () => {
    const interaction = use('slow-secret');
    await rest.deferReply(interaction, { ephemeral: true });
    await handle(interaction, command('slow-secret'), { acknowledged: true });
    expect(await contents(interaction)).toEqual([['psst, at last', ephemeral]]);
  });

  it.each([
    ['twice', 'answered'],
    ['hasty', 'not answered yet'],
    ['silent', 'has not answered'],
    ['silent-later', 'has not answered'],
  ])('/%s is a bug of its author, and named', async (name, message) => {
    const handled = handle(use(name), command(name));
    await expect(handled).rejects.toThrow(ResponseStateError);
    await expect(handled).rejects.toThrow(message);
  });

  it('tells when its first response is sent', async () => {
    const seen: string[] = [];
    await handle(use('slow'), command('slow'), { onRespond: () => seen.push('slow') });
    await handle(use('answer'), command('answer'), { onRespond: () => seen.push('answer') });
    expect(seen).toEqual(['slow', 'answer']);
  });
});

describe('a modal', () => {
  it('is opened, and its fields arrive with the parameters of its id', async () => {
    const interaction = use('ask');
    await handle(interaction, command('ask'));
    const { modal: shown } = await interaction.settled();
    expect(shown).toMatchObject({ custom_id: 'form:water', title: 'Form' });
    const fields = { message: 'more' };
    const submitted = discord.interactions.modalSubmit({ ...by, customId: 'form:water', fields });
    const components = [{ type: 18, component: { type: 4, custom_id: 'message', value: 'more' } }];
    await handle(submitted, { type: InteractionType.ModalSubmit, data: { custom_id: 'form:water', components } });
    expect(await contents(submitted)).toEqual([['water: more', 0]]);
  });

  it('cannot follow an acknowledgement', async () => {
    const handled = handle(use('ask'), command('ask'), { acknowledged: true });
    await expect(handled).rejects.toThrow('A modal can only be the first response.');
  });
});

describe('a button', () => {
  it.each([
    ['now', 7, ['pressed']],
    ['later', 6, ['pressed later']],
    ['kept', 6, ['press', 'thank you']],
  ])('%s answers by callback %i', async (customId, callbackType, seen) => {
    const posted = use('post');
    await handle(posted, command('post'));
    const [message] = (await posted.settled()).messages;
    const pressed = discord.interactions.button({ ...by, customId, messageId: message?.id ?? '' });
    const data = { component_type: ComponentType.Button, custom_id: customId };
    await handle(pressed, { type: InteractionType.MessageComponent, data, fields: { message } });
    expect(pressed.callback()?.callbackType).toBe(callbackType);
    expect((await pressed.settled()).messages.map(({ content }) => content)).toEqual(seen);
  });
});

describe('autocomplete', () => {
  it('gives what is typed and given to the option, and shows 25 choices', async () => {
    const options = { shade: 3, name: 're' };
    const typing = discord.interactions.autocomplete({ ...by, name: 'pick', options, focused: 'name' });
    const submitted = [
      { name: 'shade', type: 4, value: 3 },
      { name: 'name', type: 3, value: 're', focused: true },
    ];
    const data = { type: 1, name: 'pick', options: submitted };
    await handle(typing, { type: InteractionType.ApplicationCommandAutocomplete, data });
    expect(asked).toEqual(['re {"shade":3}']);
    const { choices } = await typing.settled();
    expect(choices).toHaveLength(25);
    expect(choices?.[0]).toEqual({ name: 're0', value: '0' });
  });
});

describe("Discord's own rules", () => {
  it('were kept by everything above', () => {
    expect(discord.recording.violations()).toEqual([]);
  });
});
