/** An instant as Discord writes it: ISO 8601 with microseconds and an explicit offset. */
export function timestamp(timeMs: number): string {
  return new Date(timeMs).toISOString().replace('Z', '000+00:00');
}
