import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { discordProxyOf, proxySettings } from './proxy-settings.ts';
import { loadSettings, SettingsError } from './settings.ts';

const discord = 'https://discord.com/api/v10';
const schema = z.object(proxySettings);
const chosen = (environment: NodeJS.ProcessEnv, apiUrl = discord) =>
  discordProxyOf({ ...loadSettings(schema, environment), DISCORD_API_URL: apiUrl });

describe('the proxy on the way to Discord', () => {
  it('is its own, for all hosts', () => {
    const usual = { HTTPS_PROXY: 'http://usual:1', NO_PROXY: 'discord.com' };
    expect(chosen({ ...usual, DISCORD_PROXY_URL: 'http://own:1' })).toEqual({ proxyUrl: 'http://own:1' });
  });

  it.each([
    [
      { HTTPS_PROXY: 'http://a:1', NO_PROXY: '.internal' },
      { proxyUrl: 'http://a:1', noProxy: '.internal' },
    ],
    [
      { https_proxy: 'a:1', no_proxy: '*' },
      { proxyUrl: 'http://a:1', noProxy: '*' },
    ],
    [{ HTTPS_PROXY: '' }, {}],
    [{}, {}],
  ])('is otherwise that of other programs: %o', (environment, expected) => {
    expect(chosen(environment)).toEqual(expected);
  });

  it('is none on the way to what speaks http', () => {
    expect(chosen({ HTTPS_PROXY: 'http://a:1' }, 'http://127.0.0.1:9/api/v10')).toEqual({});
  });

  it('has to be one', () => {
    expect(() => chosen({ HTTPS_PROXY: 'socks5://a:1' })).toThrow(SettingsError);
  });
});
