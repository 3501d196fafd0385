import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import { z } from 'zod';

const payload = z.object({ op: z.int() });

/** What the gateway does with one connection. */
export type Script = (socket: WebSocket) => void;

const hello = (intervalMs: number) => JSON.stringify({ op: 10, d: { heartbeat_interval: intervalMs } });

/** A gateway that follows a script for each connection, in order, and the last one for all that come after. */
export async function scriptedGateway(scripts: readonly Script[]): Promise<{ url: string; connections: () => number }> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  let connections = 0;
  server.on('connection', (socket) => {
    socket.on('error', () => undefined);
    const script = scripts[connections] ?? scripts.at(-1);
    connections += 1;
    script?.(socket);
  });
  onTestFinished(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { url: `ws://127.0.0.1:${port}`, connections: () => connections };
}

/**
 * Does what Discord does as long as nothing happens; `opcode` hears of each payload first, and may answer it itself.
 */
export function behaveWell(socket: WebSocket, { intervalMs = 10_000, answers = () => false }: Behaviour = {}): void {
  socket.send(hello(intervalMs));
  socket.on('message', (data: Buffer) => {
    const { op } = payload.parse(JSON.parse(data.toString()));
    if (answers(op)) return;
    if (op === 1) socket.send('{"op":11}');
    if (op === 2) socket.send(readyText('session'));
    if (op === 6) socket.send('{"t":"RESUMED","s":1000,"op":0,"d":{}}');
  });
}

interface Behaviour {
  readonly intervalMs?: number;
  /** Hears of each payload first; true when it needs no other answer. */
  readonly answers?: (op: number) => boolean;
}

/** A READY that names no guilds. */
export function readyText(sessionId: string): string {
  const d = { session_id: sessionId, resume_gateway_url: 'ws://127.0.0.1', guilds: [] };
  return JSON.stringify({ t: 'READY', s: 1, op: 0, d });
}
