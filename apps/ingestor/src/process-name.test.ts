import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { isKnownDead, processName } from './process-name.ts';

const nameWith = (pid: number, start?: string) => {
  const [host, space, , ownStart] = processName().split('/');
  return [host, space, pid, start ?? ownStart].join('/');
};

it('a process is known dead when it has ended, or its id is another’s by now', async () => {
  expect(isKnownDead(processName())).toBe(false);
  expect(isKnownDead(nameWith(process.pid, '1'))).toBe(true);
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await once(child, 'close');
  expect(isKnownDead(nameWith(child.pid ?? 0))).toBe(true);
});

it('nothing is known of a process on another machine, or of a name of another form', () => {
  const [host, , pid, start] = processName().split('/');
  expect(isKnownDead([host, '0123456789abcdef', '4194304', start].join('/'))).toBe(false);
  expect(isKnownDead([host, '0123456789abcdef', pid, '1'].join('/'))).toBe(false);
  expect(isKnownDead('somebody')).toBe(false);
});
