import type { APIRole, APIUser } from 'discord-api-types/v10';
import { expectTypeOf } from 'vitest';
import { button, field, modal, on, opt, select, slash, userMenu } from '../index.ts';

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
// @ts-expect-error -- no such event
on('member.arrive', () => undefined);
