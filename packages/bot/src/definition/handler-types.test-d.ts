import type { APIAttachment, APIRole, APIUser } from 'discord-api-types/v10';
import { z } from 'zod';
import { expectTypeOf } from 'vitest';
import {
  auto,
  button,
  Denied,
  field,
  inGuild,
  memberCan,
  modal,
  moduleSettings,
  on,
  opt,
  select,
  session,
  slash,
  texts,
  userMenu,
} from '../index.ts';

slash('progress', { description: 'x', defer: 'public', run: (ctx) => ctx.edit({ content: 'done' }) });
button('again', { defer: 'update', run: (ctx) => ctx.followUp({ content: 'again', ephemeral: true }) });
// @ts-expect-error -- no message
slash('number', { description: 'x', run: () => ({ id: 7 }) });

slash('tier', {
  description: 'Show a tier',
  defer: 'ephemeral',
  options: {
    who: opt.user({ description: 'Member', required: true }),
    view: opt.string({
      description: 'View',
      choices: [
        { name: 'Short', value: 'short' },
        { name: 'Full', value: 'full' },
      ],
    }),
    days: opt.integer({ description: 'Days', min: 1, max: 90 }),
    theme: opt.string({
      description: 'Theme',
      required: true,
      autocomplete: ({ value }) => {
        expectTypeOf(value).toBeString();
        return [{ name: value, value }];
      },
    }),
    ping: opt.mentionable({ description: 'Whom', required: true }),
  },
  run(ctx, options) {
    expectTypeOf(options.who.user).toEqualTypeOf<APIUser>();
    expectTypeOf(options.view).toEqualTypeOf<'short' | 'full' | undefined>();
    expectTypeOf(options.days).toEqualTypeOf<number | undefined>();
    expectTypeOf(options.theme).toBeString();
    expectTypeOf(options.ping).toExtend<APIRole | { user: APIUser }>();
    // @ts-expect-error -- no such option
    void options.nope;
    // @ts-expect-error -- a modal cannot follow a deferral
    void ctx.modal;
    // @ts-expect-error -- the deferral has decided who sees it
    void ctx.reply({ content: 'x', ephemeral: true });
    return { content: 'x' };
  },
});

// @ts-expect-error -- an answer that was deferred has no say in who sees it
slash('late', { description: 'x', defer: 'public', run: () => ({ content: 'x', ephemeral: true }) });

// @ts-expect-error -- a command has no message to update
slash('update', { description: 'x', defer: 'update', run: () => undefined });

slash('plain', {
  description: 'x',
  run(ctx, options) {
    void ctx.modal(feedback.open({ topic: 'water' }));
    // @ts-expect-error -- it has no options
    void options.nope;
    return { content: 'x', ephemeral: true };
  },
});

// @ts-expect-error -- choices and autocomplete exclude each other
opt.string({ description: 'x', choices: [{ name: 'a', value: 'a' }], autocomplete: () => [] });
// @ts-expect-error -- the choices of an integer are numbers
opt.integer({ description: 'x', choices: [{ name: 'a', value: 'a' }] });

userMenu('Member card', {
  run(_, target) {
    expectTypeOf(target.user).toEqualTypeOf<APIUser>();
  },
});

const unlink = button('wallet:unlink:{address}:{chain}', {
  defer: 'update',
  run(ctx, params) {
    expectTypeOf(params).toEqualTypeOf<{ readonly address: string; readonly chain: string }>();
    // @ts-expect-error -- a deferred update is answered by update
    void ctx.reply;
    return { content: params.address };
  },
});
expectTypeOf(unlink.id({ address: 'x', chain: '1' })).toBeString();
// @ts-expect-error -- a parameter is missing
unlink.id({ address: 'x' });

const plain = button('plain', { run: () => undefined });
plain.id();
// @ts-expect-error -- it has no parameters
plain.id({ address: 'x' });

select('roles:pick', {
  of: 'role',
  run(ctx, selected) {
    expectTypeOf(selected).toEqualTypeOf<readonly APIRole[]>();
    void ctx.update({ content: 'x' });
  },
});

const feedback = modal('feedback:{topic}', {
  title: 'Feedback',
  fields: { message: field.text({ label: 'Message', paragraph: true }) },
  run(ctx, fields, { topic }) {
    expectTypeOf(fields.message).toBeString();
    expectTypeOf(topic).toBeString();
    // @ts-expect-error -- no such field
    void fields.nope;
    // @ts-expect-error -- a modal cannot follow a modal
    void ctx.modal;
  },
});
expectTypeOf(feedback.open({ topic: 'water' }).custom_id).toBeString();
feedback.open({ topic: 'water' }, { message: 'as before' });
// @ts-expect-error -- no such field
feedback.open({ topic: 'water' }, { nope: 'x' });
// @ts-expect-error -- a parameter is missing
feedback.open({ message: 'as before' });

on('member.join', (ctx, member) => {
  expectTypeOf(member.guild_id).toBeString();
  expectTypeOf(member.user).toEqualTypeOf<APIUser>();
  expectTypeOf(ctx.attempt).toBeNumber();
});
on('guild.available', (_, guild) => {
  expectTypeOf(guild.member_count).toBeNumber();
});
on('guild.ban.add', (_, ban) => {
  expectTypeOf(ban.guild_id).toBeString();
});
on('guild.members.chunk', (_, { members, nonce }) => {
  expectTypeOf(members[0]?.user.id).toEqualTypeOf<string | undefined>();
  expectTypeOf(nonce).toEqualTypeOf<string | undefined>();
});
on('voice.server.update', (_, { endpoint, token }) => {
  expectTypeOf([endpoint, token]).toEqualTypeOf<(string | null)[]>();
});
on('rate.limited', (_, { retry_after: seconds }) => {
  expectTypeOf(seconds).toBeNumber();
});
on('soundboard.sounds', (_, { guild_id: guildId }) => {
  expectTypeOf(guildId).toBeString();
});
on('gateway.gap', (_, { from, to, missing }) => {
  expectTypeOf([from, to, missing]).toEqualTypeOf<number[]>();
});
on('gateway.session.lost', (_, lost) => {
  expectTypeOf(lost.last_dispatch_at).toEqualTypeOf<number | null>();
});
// @ts-expect-error -- a guard denies with a reason: false would let pass
slash('guarded', { description: 'x', guards: [() => false], run: () => undefined });
// @ts-expect-error -- and neither does a promise of it
slash('guarded', { description: 'x', guards: [async () => false], run: () => undefined });

// @ts-expect-error -- no such event
on('member.arrive', () => undefined);

// Deferral policies: what is certain of all that they may choose.
slash('auto', {
  description: 'x',
  defer: auto('ephemeral', { afterMs: 800 }),
  run(ctx) {
    // @ts-expect-error -- it may have been deferred by now
    void ctx.modal;
    return { content: 'x' };
  },
});
slash('by-guild', {
  description: 'x',
  defer: ({ guildId, locale }) => {
    expectTypeOf(locale).toBeString();
    return guildId === undefined ? 'none' : 'ephemeral';
  },
  run(ctx) {
    // @ts-expect-error -- a modal cannot follow a deferral
    void ctx.modal;
    // @ts-expect-error -- the deferral may have decided who sees it
    void ctx.reply({ content: 'x', ephemeral: true });
    return { content: 'x' };
  },
});
// @ts-expect-error -- a command has no message to update
slash('by-guild', { description: 'x', defer: () => 'update', run: () => undefined });
// @ts-expect-error -- there is nothing automatic in not deferring
auto('none');
// @ts-expect-error -- nobody waits for suggestions: they are the answer
opt.string({ description: 'x', autocomplete: () => [], defer: 'public' });
// @ts-expect-error -- a typing error is one
opt.integer({ description: 'x', minimum: 3 });
// @ts-expect-error -- a typing error is one
field.text({ label: 'x', placeHolder: 'x' });
modal('deferred', {
  title: 'x',
  fields: { one: field.text({ label: 'x' }) },
  defer: 'update',
  run(ctx) {
    void ctx.update({ content: 'x' });
    // @ts-expect-error -- a deferred update is answered by update
    void ctx.reply;
  },
});

// Guards extend the context.
slash('guarded', {
  description: 'x',
  guards: [
    inGuild,
    memberCan('BanMembers'),
    ({ user }) => (user.bot === true ? new Denied('no bots') : { wallet: '0x' as const }),
    async ({ locale }) => ({ locale, level: 3 }),
    () => undefined,
  ],
  run({ ext }) {
    expectTypeOf(ext.guildId).toBeString();
    expectTypeOf(ext.wallet).toEqualTypeOf<'0x'>();
    expectTypeOf(ext.level).toBeNumber();
    // @ts-expect-error -- no guard has found it out
    void ext.nope;
  },
});
button('guarded:{id}', {
  guards: [() => ({ level: 3 })],
  run({ ext }, { id }) {
    expectTypeOf(ext.level).toBeNumber();
    expectTypeOf(id).toBeString();
  },
});
userMenu('Guarded', { guards: [inGuild], run: ({ ext }) => ({ content: ext.guildId }) });
// @ts-expect-error -- no such permission
memberCan('BanEverybody');
// @ts-expect-error -- no such scope
slash('cooled', { description: 'x', cooldown: { per: 'planet', windowMs: 1 }, run: () => undefined });

// Custom ids with the values that a parameter may have.
const vote = button('poll:vote:{choice=yes|no}:{page}', {
  run(_, { choice, page }) {
    expectTypeOf(choice).toEqualTypeOf<'yes' | 'no'>();
    expectTypeOf(page).toBeString();
  },
});
vote.id({ choice: 'yes', page: '1' });
// @ts-expect-error -- not among the values
vote.id({ choice: 'maybe', page: '1' });
select('topics', {
  of: 'string',
  values: ['news', 'games'],
  run(_, selected) {
    expectTypeOf(selected).toEqualTypeOf<readonly ('news' | 'games')[]>();
  },
});
select('who', {
  of: 'mentionable',
  run(_, [first]) {
    expectTypeOf(first).toExtend<APIRole | { user: APIUser } | undefined>();
  },
});
// @ts-expect-error -- only texts have values
select('who', { of: 'user', values: ['a'], run: () => undefined });

// Every field of a modal.
modal('all', {
  title: 'All',
  fields: {
    note: field.note('Please'),
    size: field.choice({
      label: 'x',
      options: [
        { label: 'S', value: 's' },
        { label: 'L', value: 'l' },
      ],
    }),
    who: field.users({ label: 'x', maxValues: 3 }),
    proof: field.files({ label: 'x', fileTypes: ['image', '.pdf'], required: false }),
    plan: field.radio({
      label: 'x',
      options: [
        { label: 'A', value: 'a' },
        { label: 'B', value: 'b' },
      ],
    }),
    maybe: field.radio({ label: 'x', required: false, options: [{ label: 'A', value: 'a' }] }),
    extras: field.checkboxes({ label: 'x', options: [{ label: 'A', value: 'a' }] }),
    agree: field.checkbox({ label: 'x' }),
  },
  run(_, fields) {
    expectTypeOf(fields.size).toEqualTypeOf<readonly ('s' | 'l')[]>();
    expectTypeOf(fields.who[0]?.user).toEqualTypeOf<APIUser | undefined>();
    expectTypeOf(fields.proof).toEqualTypeOf<readonly APIAttachment[]>();
    expectTypeOf(fields.plan).toEqualTypeOf<'a' | 'b'>();
    expectTypeOf(fields.maybe).toEqualTypeOf<'a' | undefined>();
    expectTypeOf(fields.extras).toEqualTypeOf<readonly 'a'[]>();
    expectTypeOf(fields.agree).toBeBoolean();
    // @ts-expect-error -- nothing is submitted of a note
    void fields.note;
  },
});
// @ts-expect-error -- an extension begins with a dot
field.files({ label: 'x', fileTypes: ['pdf'] });

// Texts take the values that their phrase asks for.
const say = texts(
  'en-US',
  { hello: 'Hello, {name}!', votes: { one: '{count} vote', other: '{count} votes of {name}' }, bye: 'Bye.' },
  { de: { bye: 'Tschüss.' } },
);
say.hello({ name: 'Paul' });
say.votes({ count: 1, name: 'Paul' });
say.bye();
// @ts-expect-error -- a value is missing
say.hello();
// @ts-expect-error -- a count is a number
say.votes({ count: 'one', name: 'Paul' });
// @ts-expect-error -- it asks for nothing
say.bye({ name: 'Paul' });
// @ts-expect-error -- the standard language has no such phrase
texts('en-US', { bye: 'Bye.' }, { de: { good: 'x' } });

// Sessions and settings have the type of their schemas.
const cart = session('cart', { schema: z.object({ items: z.array(z.string()) }), ttlMs: 1_000 });
const shop = moduleSettings({ SHOP_LIMIT: z.coerce.number().default(3) });
slash('cart', {
  description: 'x',
  async run(ctx) {
    expectTypeOf(await cart.read(ctx)).toEqualTypeOf<{ items: string[] } | undefined>();
    expectTypeOf(ctx.settings(shop).SHOP_LIMIT).toBeNumber();
    // @ts-expect-error -- not what its schema says
    await cart.write(ctx, { items: [1] });
  },
});
on('guild.role.create', async (ctx, { role }) => {
  expectTypeOf(role).toEqualTypeOf<APIRole>();
  expectTypeOf(ctx.settings(shop).SHOP_LIMIT).toBeNumber();
  ctx.log.info({ role: role.id }, 'a role');
});
