import { GatewayCloseCodes } from 'discord-api-types/v10';
import type { Compression } from './compression.ts';

/** The connection that a client asks for by its URL, or why it cannot have it. */
export type ConnectionParameters =
  | { readonly ok: true; readonly version: number; readonly compression: Compression }
  | { readonly ok: false; readonly closeCode: number; readonly reason: string };

const versions = new Set(['9', '10']);

/** Reads the query string (docs: Gateway, Gateway URL Query String Params). */
export function connectionParameters(query: URLSearchParams): ConnectionParameters {
  const version = query.get('v');
  if (version === null || !versions.has(version)) {
    return {
      ok: false,
      closeCode: GatewayCloseCodes.InvalidAPIVersion,
      reason: 'Invalid API version.',
    };
  }
  if ((query.get('encoding') ?? 'json') !== 'json') {
    return refused('The simulator speaks encoding=json only.');
  }
  const compression = query.get('compress') ?? 'none';
  if (compression !== 'none' && compression !== 'zlib-stream' && compression !== 'zstd-stream') {
    return refused('compress must be zlib-stream or zstd-stream.');
  }
  return { ok: true, version: Number(version), compression };
}

function refused(reason: string): ConnectionParameters {
  return { ok: false, closeCode: GatewayCloseCodes.DecodeError, reason };
}
