/** `d` of a frame with its token replaced: a recording may end up in a log. */
export function withoutToken(d: unknown): unknown {
  return typeof d === 'object' && d !== null && 'token' in d ? { ...d, token: '[redacted]' } : d;
}
