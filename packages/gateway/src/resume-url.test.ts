import { expect, it } from 'vitest';
import { trustedResumeUrl } from './resume-url.ts';

const discord = 'wss://gateway.discord.gg';

it.each([
  [discord, 'wss://gateway-us-east1-b.discord.gg', true],
  [discord, 'wss://gateway.discord.gg/?x=1', true],
  [discord, 'ws://gateway-us-east1-b.discord.gg', false],
  [discord, 'wss://discord.gg.example.com', false],
  [discord, 'wss://evil-discord.gg', false],
  [discord, 'wss://10.0.0.1', false],
  [discord, 'https://gateway.discord.gg', false],
  [discord, 'foo:bar', false],
  [discord, 'nonsense', false],
  ['ws://127.0.0.1:4000/gateway', 'ws://127.0.0.1:4000/gateway/resume', true],
  ['ws://127.0.0.1:4000/gateway', 'ws://127.0.0.2:4000/gateway', false],
])('a session of %s is resumed at %s: %s', (gatewayUrl, resumeUrl, trusted) => {
  expect(trustedResumeUrl(resumeUrl, gatewayUrl)).toBe(trusted ? resumeUrl : gatewayUrl);
});
