import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { askGatewayBot, GatewayBotError } from './gateway-bot.ts';
import { discordWith } from './testing/shard-fixture.ts';

const token = 'MTIz.abc.secret';

/** Asks a server that answers as told. */
async function ask(listener: RequestListener, { signal = AbortSignal.timeout(10_000), timeoutMs = 5_000 } = {}) {
  const server = createServer(listener).listen(0, '127.0.0.1');
  onTestFinished(() => server.close().closeAllConnections());
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return askGatewayBot({ apiUrl: `http://127.0.0.1:${port}/api/v10`, token, signal, timeoutMs });
}

async function failureOf(asking: Promise<unknown>): Promise<GatewayBotError> {
  const cause = await asking.then(
    () => undefined,
    (error: unknown) => error,
  );
  return cause instanceof GatewayBotError ? cause : expect.fail(`no GatewayBotError: ${String(cause)}`);
}

const answer = {
  url: 'wss://gateway.discord.gg',
  shards: 9,
  session_start_limit: { total: 1_000, remaining: 999, reset_after: 14_400_000, max_concurrency: 16 },
};

it('learns of Discord where its gateway is, and how many sessions may be started', async () => {
  const discord = await discordWith();
  const [bot = expect.fail()] = discord.bots;
  const signal = AbortSignal.timeout(10_000);
  const told = await askGatewayBot({ apiUrl: discord.apiUrl, token: bot.token, signal });
  expect(told).toMatchObject({ url: discord.gatewayUrl, recommendedShards: 1, limit: { total: 1_000 } });
});

it('asks as Discord wants to be asked', async () => {
  const told = await ask((request, response) => {
    expect(request.url).toBe('/api/v10/gateway/bot');
    expect(request.headers).toMatchObject({
      authorization: `Bot ${token}`,
      'user-agent': expect.stringMatching(/^DiscordBot \(/),
    });
    response.end(JSON.stringify(answer));
  });
  expect(told).toEqual({
    url: answer.url,
    recommendedShards: 9,
    limit: { total: 1_000, remaining: 999, resetAfterMs: 14_400_000, maxConcurrency: 16 },
  });
});

describe('an answer that says nothing', () => {
  it('is final when the token is refused', async () => {
    const error = await failureOf(ask((_request, response) => response.writeHead(401).end('{}')));
    expect(error).toMatchObject({ kind: 'unauthorized', retryable: false });
  });

  it.each<[string, RequestListener, RegExp]>([
    ['an outage', (_request, response) => response.writeHead(503).end(), /answers 503/],
    ['a page', (_request, response) => response.end('<html>secret</html>'), /not JSON/],
    ['something else', (_request, response) => response.end('{"url":"http://evil"}'), /malformed/],
    ['far too much', (_request, response) => response.end('x'.repeat(100_000)), /more than 65536 bytes/],
    ['a broken connection', (request) => request.socket.destroy(), /./],
    [
      'half an answer',
      (_r, response) => response.writeHead(200, { 'content-length': 9 }).write('{') && response.socket?.end(),
      /./,
    ],
  ])('may be asked for again after %s', async (_what, listener, reason) => {
    const error = await failureOf(ask(listener));
    expect(error).toMatchObject({ kind: 'unavailable', retryable: true, message: expect.stringMatching(reason) });
    expect(error.message).not.toMatch(/secret/);
  });

  it('is final when Discord does not know the question', async () => {
    const error = await failureOf(ask((_request, response) => response.writeHead(404).end()));
    expect(error).toMatchObject({
      kind: 'refused',
      retryable: false,
      message: expect.stringMatching(/DISCORD_API_URL/),
    });
  });

  it.each<[string, RequestListener]>([
    ['at all', () => undefined],
    ['to its end', (_request, response) => response.writeHead(200).write('{')],
  ])('is told as such when it does not come %s', async (_what, listener) => {
    const error = await failureOf(ask(listener, { timeoutMs: 50 }));
    expect(error).toMatchObject({ kind: 'unavailable', message: expect.stringMatching(/no answer within 50 ms/) });
  });

  it('is understood by its status, whatever page comes with it', async () => {
    const page = 'x'.repeat(100_000);
    const error = await failureOf(
      ask((_request, response) => response.writeHead(503, { 'retry-after': '2' }).end(page)),
    );
    expect(error).toMatchObject({ retryAfterMs: 2_000, message: expect.stringMatching(/answers 503/) });
  });

  it('tells how long Discord wants to be left alone', async () => {
    const error = await failureOf(ask((_request, response) => response.writeHead(429, { 'retry-after': '7' }).end()));
    expect(error).toMatchObject({ retryable: true, retryAfterMs: 7_000 });
  });
});

it('ends with the reason of its signal', async () => {
  const abort = new AbortController();
  const asking = ask(() => abort.abort(new Error('stopping')), { signal: abort.signal });
  await expect(asking).rejects.toThrow('stopping');
});
