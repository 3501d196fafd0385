import { beforeAll, describe, expect, it } from 'vitest';
import { Interactions } from '../../interactions/interactions.ts';
import { World } from '../../world/world.ts';
import { allRoutes } from '../routes/all-routes.ts';
import { ApiDescription } from './api-description.ts';
import { operations } from './operations.ts';

let description: ApiDescription;

beforeAll(async () => {
  description = await ApiDescription.load();
});

const create = 'POST /channels/{channel.id}/messages';
const callback = 'POST /interactions/{interaction.id}/{interaction.token}/callback';

describe('the operations', () => {
  it('are those of the routes', () => {
    const world = new World();
    const gateway = { botInformation: () => expect.unreachable('no request is made') };
    const routes = allRoutes({ world, interactions: new Interactions(world), gateway });
    const names = routes.map((route) => `${route.method} ${route.template}`);
    expect(Object.keys(operations).toSorted()).toEqual(names.toSorted());
  });

  it.each(Object.keys(operations))('%s has schemas that nonsense does not pass', (route) => {
    expect(description.checkRequest(route, 'nonsense')).not.toEqual([]);
    expect(description.checkResponse(route, 'nonsense')).not.toEqual([]);
  });
});

describe('a request', () => {
  it.each<[string, string, unknown]>([
    ['a message', create, { content: 'x', embeds: [{ title: 'x', timestamp: '2026-01-01T00:00:00.000000+00:00' }] }],
    ['a message with a file', create, { attachments: [{ id: 0, filename: 'a.txt' }] }],
    ['a deferral', callback, { type: 5, data: { flags: 64 } }],
    ['choices', callback, { type: 8, data: { choices: [{ name: 'x', value: 1 }] } }],
    [
      'a command with permissions',
      'PUT /applications/{application.id}/commands',
      [{ name: 'x', description: 'x', default_member_permissions: '8' }],
    ],
    ['no body where there is none', 'DELETE /channels/{channel.id}/messages/{message.id}', undefined],
  ])('passes: %s', (_, route, body) => {
    expect(description.checkRequest(route, body)).toEqual([]);
  });

  it.each<[string, string, unknown, string[]]>([
    ['a wrong type', create, { content: 5 }, ['body.content: expected string']],
    [
      'a wrong choice',
      create,
      { components: [{ type: 1, components: [{ type: 2, style: 9, label: 'x' }] }] },
      ['body.components[0].components[0].style: expected one of 1, 2, 3, 4, 5, 6'],
    ],
    ['too much', create, { content: 'x'.repeat(4001) }, ['body.content: expected at most 4000']],
    [
      'a field that is none',
      callback,
      { type: 4, data: { content: 'x', ephemeral: true } },
      ['body.data.ephemeral: Discord knows no such field'],
    ],
    [
      'a body where there is none',
      'DELETE /channels/{channel.id}/messages/{message.id}',
      {},
      ['body: the operation takes none'],
    ],
    ['no list', 'PUT /applications/{application.id}/commands', {}, ['body: not a list']],
  ])('is told: %s', (_, route, body, problems) => {
    expect(description.checkRequest(route, body)).toEqual(problems);
  });
});

describe('an error', () => {
  it('passes with the named codes that Discord documents within a form', () => {
    const errors = { content: { _errors: [{ code: 'BASE_TYPE_REQUIRED', message: 'This field is required' }] } };
    expect(description.checkError({ code: 50035, message: 'Invalid Form Body', errors })).toEqual([]);
    expect(description.checkError({ message: 'x' })).toEqual(['body.code: expected number']);
  });

  it('passes as a 429 without a code', () => {
    expect(description.checkRateLimited({ message: 'x', retry_after: 0.5, global: false })).toEqual([]);
    expect(description.checkRateLimited({ message: 'x', global: false })).toEqual([
      'body.retry_after: expected number',
    ]);
  });
});
