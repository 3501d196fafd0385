import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { SecretSearch } from './secret-search.ts';

const secret = randomBytes(140).toString('base64url');

it.each([
  ['the whole', secret],
  ['the beginning', secret.slice(0, 50)],
  ['a part of the middle', secret.slice(71, 71 + 48)],
])('finds %s of a secret, whatever it stands in', (_, part) => {
  const search = new SecretSearch();
  search.add(secret);
  search.search(`{"url":"/webhooks/1/a_${part}_b/messages"}`);
  expect(search.found).toBeGreaterThan(0);
});

it('finds nothing where there is nothing', () => {
  const search = new SecretSearch();
  search.add(secret);
  search.search(randomBytes(10_000).toString('base64url'));
  expect(search.found).toBe(0);
  expect(search.searched).toBeGreaterThan(10_000);
});
