import { describe, expect, test } from 'vitest';
import { readSettings, SettingsError, usage } from './settings.ts';

function faultsOf(argv: string[], environment: NodeJS.ProcessEnv = {}): string {
  try {
    readSettings(argv, environment);
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
  return '';
}

describe('settings', () => {
  test('have defaults', () => {
    const { gateway, limits, ...others } = readSettings([], {});
    expect(others).toEqual({ port: 0, seed: 1, guilds: 2, members: 5, community: 0 });
    expect(limits).toMatchObject({ enabled: true });
    expect(gateway).toMatchObject({ maxConcurrency: 1, heartbeatIntervalMs: 41_250 });
  });

  test('come from the command line and from the environment; the command line counts', () => {
    const argv = ['--port', '4700', '--community=2.5', '--gateway', '{"maxConcurrency":16}'];
    const environment = { SIMULATOR_PORT: '1', SIMULATOR_TOKEN: 'a.b.c', SIMULATOR_GUILDS: '', HOME: '/' };
    expect(readSettings(argv, environment)).toMatchObject({
      port: 4700,
      community: 2.5,
      token: 'a.b.c',
      guilds: 2,
      gateway: { maxConcurrency: 16 },
    });
  });

  test('that are wrong are all named at once, with what is expected and without their values', () => {
    const secret = 'not-a-token-but-secret';
    const argv = ['--port', '70000', '--gateway', '{"maxConcurrency":0}', '--speed', '--members', '0', 'stray'];
    const faults = faultsOf(argv, { SIMULATOR_TOKEN: secret, SIMULATOR_SEED: 'one' });
    for (const name of [
      '--port',
      '--gateway',
      'maxConcurrency',
      '--speed',
      '--members',
      'SIMULATOR_TOKEN',
      'SIMULATOR_SEED',
    ]) {
      expect(faults).toContain(name);
    }
    expect(faults).toContain('for example 4700');
    expect(faults).toContain('belongs to no setting');
    expect(faults).not.toContain(secret);
  });

  test('given as JSON must be JSON, and have no unknown names', () => {
    expect(faultsOf(['--gateway', '{'])).toContain('--gateway cannot be used');
    expect(faultsOf(['--gateway', '{"heartbeat":1}'])).toContain('heartbeat');
  });

  test('are all explained', () => {
    for (const name of Object.keys(readSettings([], {}))) expect(usage).toContain(`--${name} <`);
  });
});
