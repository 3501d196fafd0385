import { mkdtempDisposableSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { botsOf, discordCheck, discordSettings, loadSettings, SettingsError } from './index.ts';

const schema = z.object({ ...discordSettings, REDIS_URL: z.string() }).superRefine(...discordCheck);
const load = (environment: NodeJS.ProcessEnv) => botsOf(loadSettings(schema, { REDIS_URL: 'x', ...environment }));

const tokenOf = (id: string) => `${Buffer.from(id).toString('base64url')}.secret.${'s3cret'.repeat(6)}`;
const one = { applicationId: '100000000000000001', token: tokenOf('100000000000000001') };
const two = { applicationId: '100000000000000002', token: tokenOf('100000000000000002') };
/** Of a bot so old that its user id is not its application id. */
const old = { applicationId: '100000000000000003', token: 'bm90LWFuLWlk.secret.s3cret' };

const folder = mkdtempDisposableSync(join(tmpdir(), 'arrakis-'));
afterAll(() => folder.remove());

function fileOf(content: string): string {
  const file = join(folder.path, crypto.randomUUID());
  writeFileSync(file, content);
  return file;
}

describe('the bots of a process', () => {
  it('are one token, which tells its application id unless that is set', () => {
    expect(load({ DISCORD_TOKEN: one.token })).toEqual([one]);
    expect(load({ DISCORD_TOKEN: old.token, DISCORD_APPLICATION_ID: old.applicationId })).toEqual([old]);
    expect(() => load({ DISCORD_TOKEN: old.token })).toThrow(
      /DISCORD_APPLICATION_ID is missing: DISCORD_TOKEN does not tell it/,
    );
  });

  it('are several tokens with commas or white space between, an old one with its application id before it', () => {
    const tokens = ` ${one.token},${two.token}\n\t${old.applicationId}:${old.token} `;
    expect(load({ DISCORD_TOKENS: tokens })).toEqual([one, two, old]);
    expect(load({ DISCORD_TOKENS_FILE: fileOf(`${one.token}\n${two.token}\n`) })).toEqual([one, two]);
  });

  it('are named in one way only, and at least one', () => {
    expect(() => load({})).toThrow(/DISCORD_TOKEN is missing: .* DISCORD_TOKENS or DISCORD_TOKENS_FILE/);
    const both = { DISCORD_TOKEN: one.token, DISCORD_TOKENS: two.token };
    expect(() => load(both)).toThrow(/DISCORD_TOKENS cannot be used: DISCORD_TOKEN is set as well/);
    const file = { DISCORD_TOKENS: one.token, DISCORD_TOKENS_FILE: fileOf(two.token) };
    expect(() => load(file)).toThrow(/DISCORD_TOKENS_FILE cannot be used: DISCORD_TOKENS is set as well/);
    const id = { DISCORD_TOKENS: one.token, DISCORD_APPLICATION_ID: one.applicationId };
    expect(() => load(id)).toThrow(/DISCORD_APPLICATION_ID .* write <application id>:<token>/);
  });

  it('are each named once', () => {
    const again = `${one.token},${two.token},${one.applicationId}:${two.token}`;
    expect(() => load({ DISCORD_TOKENS: again })).toThrow(/entry 3 is of application 100000000000000001/);
  });

  it('are told apart from anything else by their place', () => {
    expect(() => load({ DISCORD_TOKENS: `${one.token} Bot ${two.token}` })).toThrow(/entry 2 is no token/);
    expect(() => load({ DISCORD_TOKENS: `${one.token} x:${two.token}` })).toThrow(/entry 2 is no token/);
    expect(() => load({ DISCORD_TOKENS: `${one.token} ${old.token}` })).toThrow(/entry 2 does not tell/);
    expect(() => load({ DISCORD_TOKENS: ' , ' })).toThrow(/it names no bot/);
  });

  it('cannot be read from a file that is not there, no file, empty, or too large', () => {
    const from = (file: string) => () => load({ DISCORD_TOKENS_FILE: file });
    expect(from(join(folder.path, 'none'))).toThrow(
      /DISCORD_TOKENS_FILE cannot be used: the file cannot be read \(ENOENT\)/,
    );
    expect(from(folder.path)).toThrow(/EISDIR/);
    expect(from('\0')).toThrow(/the file cannot be read/);
    expect(from(fileOf('\n'))).toThrow(/it names no bot/);
    expect(from(fileOf(`${one.token}\n`.repeat(20_000)))).toThrow(/more than 1048576 bytes/);
  });

  it('are a fault beside others, all told at once, and no token is repeated', () => {
    const wrong = [
      {},
      { DISCORD_TOKEN: `Bot ${one.token}` },
      { DISCORD_TOKENS: `${one.token}, ${one.token}` },
      { DISCORD_TOKENS: `${one.token};${two.token}` },
      // A token in place of the file's name.
      { DISCORD_TOKENS_FILE: one.token },
      { DISCORD_TOKEN: one.token, DISCORD_TOKENS: two.token },
    ];
    for (const environment of wrong) {
      const failing = () => loadSettings(schema, environment);
      expect(failing).toThrow(SettingsError);
      expect(failing).toThrow(/2 settings are wrong:\n {2}DISCORD_.*\n {2}REDIS_URL is missing/);
      expect(failing).not.toThrow(/s3cret/);
    }
  });
});
