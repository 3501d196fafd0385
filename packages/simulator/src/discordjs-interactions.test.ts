import {
  ActionRowBuilder,
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ButtonBuilder,
  ButtonStyle,
  Client,
  Events,
  LabelBuilder,
  MessageFlags,
  ModalBuilder,
  StringSelectMenuBuilder,
  TextInputBuilder,
  TextInputStyle,
} from 'discord.js';
import type { ApplicationCommandDataResolvable, ChatInputCommandInteraction, Interaction } from 'discord.js';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Simulator } from './simulator.ts';
import { simulatorForTest } from './testing/fixture.ts';

const commands: ApplicationCommandDataResolvable[] = [
  { name: 'ping', description: 'Answers' },
  {
    name: 'colour',
    description: 'Names a colour',
    options: [
      {
        type: ApplicationCommandOptionType.String,
        name: 'name',
        description: 'Which',
        required: true,
        autocomplete: true,
      },
    ],
  },
  { name: 'feedback', description: 'Opens a form' },
  { name: 'poll', description: 'Asks everybody' },
  { name: 'slow', description: 'Thinks first' },
  { name: 'Member card', type: ApplicationCommandType.User },
  { name: 'Quote', type: ApplicationCommandType.Message },
];

/** A bot as anybody would write it with discord.js. */
async function startBot(discord: Simulator): Promise<Client<true>> {
  const client = new Client({ intents: ['Guilds'], rest: { api: `${discord.origin}/api` } });
  onTestFinished(() => client.destroy());
  const failures: unknown[] = [];
  onTestFinished(() => expect(failures).toEqual([]));
  client.on(Events.InteractionCreate, (interaction) => {
    answer(interaction).catch((error: unknown) => failures.push(error));
  });
  const { promise: ready, resolve } = Promise.withResolvers<Client<true>>();
  client.once(Events.ClientReady, resolve);
  await client.login(discord.bots[0]?.token ?? '');
  const readied = await ready;
  await readied.application.commands.set(commands);
  return readied;
}

async function answer(interaction: Interaction): Promise<void> {
  if (interaction.isChatInputCommand()) await answerCommand(interaction);
  else if (interaction.isAutocomplete()) {
    const typed = interaction.options.getFocused();
    const colours = ['red', 'green', 'grey'].filter((colour) => colour.startsWith(typed));
    await interaction.respond(colours.map((colour) => ({ name: colour.toUpperCase(), value: colour })));
  } else if (interaction.isUserContextMenuCommand()) {
    await interaction.reply({ content: `This is ${interaction.targetUser.username}`, flags: MessageFlags.Ephemeral });
  } else if (interaction.isMessageContextMenuCommand()) {
    await interaction.reply(`> ${interaction.targetMessage.content}`);
  } else if (interaction.isButton()) {
    await interaction.update({ content: `${interaction.user.username} voted ${interaction.customId}` });
  } else if (interaction.isStringSelectMenu()) {
    await interaction.reply({
      content: `You chose ${interaction.values.join(' and ')}`,
      flags: MessageFlags.Ephemeral,
    });
  } else if (interaction.isModalSubmit()) {
    await interaction.reply(`Thank you for "${interaction.fields.getTextInputValue('message')}"`);
  }
}

async function answerCommand(interaction: ChatInputCommandInteraction): Promise<void> {
  switch (interaction.commandName) {
    case 'slow':
      await interaction.deferReply();
      await interaction.editReply('Here you are');
      await interaction.followUp({ content: 'And this is for you alone', flags: MessageFlags.Ephemeral });
      return;
    case 'feedback':
      await interaction.showModal(feedbackForm());
      return;
    case 'poll':
      await interaction.reply({ content: 'Tea or coffee?', components: [pollButtons(), roleSelect()] });
      return;
    case 'colour':
      await interaction.reply(`A fine ${interaction.options.getString('name', true)}`);
      return;
    default:
      await interaction.reply('Pong');
  }
}

function feedbackForm(): ModalBuilder {
  const input = new TextInputBuilder().setCustomId('message').setStyle(TextInputStyle.Paragraph);
  const label = new LabelBuilder().setLabel('Message').setTextInputComponent(input);
  return new ModalBuilder().setCustomId('feedback').setTitle('Feedback').addLabelComponents(label);
}

function pollButtons(): ActionRowBuilder<ButtonBuilder> {
  const button = (choice: string) =>
    new ButtonBuilder().setCustomId(`poll:vote:${choice}`).setLabel(choice).setStyle(ButtonStyle.Primary);
  return new ActionRowBuilder<ButtonBuilder>().addComponents(button('tea'), button('coffee'));
}

function roleSelect(): ActionRowBuilder<StringSelectMenuBuilder> {
  const options = ['reader', 'writer'].map((value) => ({ label: value, value }));
  const select = new StringSelectMenuBuilder().setCustomId('roles:pick').setMaxValues(2).addOptions(options);
  return new ActionRowBuilder<StringSelectMenuBuilder>().addComponents(select);
}

interface Stage {
  readonly discord: Simulator;
  readonly guildId: string;
  readonly userId: string;
  readonly otherUserId: string;
}

async function stageWithBot(): Promise<Stage> {
  const { discord } = await simulatorForTest({ guilds: 1, membersPerGuild: 3 });
  await startBot(discord);
  const [guildId = ''] = discord.world.guilds;
  const [userId = '', otherUserId = ''] = discord.world
    .guild(guildId)
    .members.filter(({ user }) => user.bot !== true)
    .map(({ user }) => user.id);
  return { discord, guildId, userId, otherUserId };
}

test('discord.js answers a slash command, and everybody sees it', async () => {
  const { discord, guildId, userId, otherUserId } = await stageWithBot();
  const ping = discord.interactions.slash({ guildId, userId, name: 'ping' });
  const seen = await ping.settled();
  expect(seen.messages).toMatchObject([{ content: 'Pong' }]);
  expect(seen.atMs).toBeLessThan(3000);
  expect(ping.state()).toBe('answered');
  expect(ping.seenBy(otherUserId).messages).toMatchObject([{ content: 'Pong' }]);
});

test('discord.js defers, edits and follows up, in part for the member alone', async () => {
  const { discord, guildId, userId, otherUserId } = await stageWithBot();
  const slow = discord.interactions.slash({ guildId, userId, name: 'slow' });
  expect((await slow.answered()).callbackType).toBe(5);
  const contents = (viewer: string): string[] => slow.seenBy(viewer).messages.map(({ content }) => content);
  await vi.waitFor(() => expect(contents(userId)).toEqual(['Here you are', 'And this is for you alone']));
  expect(contents(otherUserId)).toEqual(['Here you are']);
});

test('discord.js answers both context menus', async () => {
  const { discord, guildId, userId, otherUserId } = await stageWithBot();
  const card = discord.interactions.userMenu({ guildId, userId, name: 'Member card', targetId: otherUserId });
  const { username } = discord.world.user(otherUserId);
  expect((await card.settled()).messages).toMatchObject([{ content: `This is ${username}` }]);
  expect(card.seenBy(otherUserId).messages).toEqual([]);

  const channelId = discord.world.guild(guildId).channelNamed('general').id;
  const author = discord.world.user(otherUserId);
  const message = discord.world.conversations.post({ channelId, author, content: 'Well said' });
  const quote = discord.interactions.messageMenu({ guildId, channelId, userId, name: 'Quote', targetId: message.id });
  expect((await quote.settled()).messages).toMatchObject([{ content: '> Well said' }]);
});

test('discord.js posts components, and members use them', async () => {
  const { discord, guildId, userId, otherUserId } = await stageWithBot();
  const poll = await discord.interactions.slash({ guildId, userId, name: 'poll' }).settled();
  const messageId = poll.messages[0]?.id ?? '';
  const vote = discord.interactions.button({ guildId, userId: otherUserId, customId: 'poll:vote:tea', messageId });
  const { username } = discord.world.user(otherUserId);
  expect((await vote.settled()).messages).toMatchObject([
    { id: messageId, content: `${username} voted poll:vote:tea` },
  ]);
  const values = ['reader', 'writer'];
  const pick = discord.interactions.select({ guildId, userId, customId: 'roles:pick', values });
  expect((await pick.settled()).messages.at(-1)).toMatchObject({ content: 'You chose reader and writer' });
});

test('discord.js suggests while a member types', async () => {
  const { discord, guildId, userId } = await stageWithBot();
  const options = { name: 'gr' };
  const typing = discord.interactions.autocomplete({ guildId, userId, name: 'colour', options, focused: 'name' });
  expect((await typing.settled()).choices).toEqual([
    { name: 'GREEN', value: 'green' },
    { name: 'GREY', value: 'grey' },
  ]);
});

test('discord.js opens a modal and answers what the member enters', async () => {
  const { discord, guildId, userId } = await stageWithBot();
  const { modal } = await discord.interactions.slash({ guildId, userId, name: 'feedback' }).settled();
  expect(modal).toMatchObject({ custom_id: 'feedback', title: 'Feedback' });
  const fields = { message: 'all is well' };
  const submission = discord.interactions.modalSubmit({ guildId, userId, customId: 'feedback', fields });
  expect((await submission.settled()).messages).toMatchObject([{ content: 'Thank you for "all is well"' }]);
});

test('a community uses whatever a bot offers, in every way there is', async () => {
  const { discord } = await stageWithBot();
  discord.rest.setLimits({ enabled: false });
  const community = discord.startCommunity({ eventsPerSecond: 400 });
  const anything = expect.any(Number);
  await vi.waitFor(
    () =>
      expect(community.statistics.activities).toMatchObject({
        join: anything,
        leave: anything,
        change: anything,
        write: anything,
        slash: anything,
        autocomplete: anything,
        userMenu: anything,
        messageMenu: anything,
        component: anything,
        modal: anything,
      }),
    10_000,
  );
  // Not every one is for the bot to answer, and a fast community has some on their way at any time.
  await vi.waitFor(() => expect(community.statistics.interactions.answered).toBeGreaterThan(20), 10_000);
  community.stop();
  expect(community.statistics.interactions.failed).toBe(0);
});
