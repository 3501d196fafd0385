import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** V8's CPU profile, as far as it is read here (Chrome DevTools Protocol, `Profiler.Profile`). */
const cpuProfile = z.object({
  nodes: z.array(
    z.object({
      id: z.number(),
      callFrame: z.object({ functionName: z.string(), url: z.string(), lineNumber: z.number() }),
    }),
  ),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
});

/** A function and the time spent in it, without those that it calls. */
export interface SelfTime {
  readonly name: string;
  readonly place: string;
  readonly micros: number;
}

/** The time in which nothing is executed, and that of ending the profile itself. */
const leftOut = ['(idle)', 'post node:inspector'];

/** The functions of a profile by their self time, longest first. */
export async function selfTimes(file: string, root: string): Promise<SelfTime[]> {
  const { nodes, samples, timeDeltas } = cpuProfile.parse(JSON.parse(await readFile(file, 'utf8')));
  const keys = new Map(nodes.map(({ id, callFrame }) => [id, describe(callFrame, root)]));
  const totals = new Map<string, SelfTime>();
  for (const [index, id] of samples.entries()) {
    const key = keys.get(id);
    if (key === undefined) continue;
    const label = `${key.name} ${key.place}`;
    if (leftOut.some((start) => label.startsWith(start))) continue;
    const micros = (totals.get(label)?.micros ?? 0) + (timeDeltas[index] ?? 0);
    totals.set(label, { ...key, micros });
  }
  return [...totals.values()].toSorted((one, other) => other.micros - one.micros);
}

/** A table of the longest self times, in µs for each of `events`. */
export function renderSelfTimes(times: readonly SelfTime[], { events, count }: { events: number; count: number }) {
  const total = times.reduce((sum, { micros }) => sum + micros, 0);
  const perEvent = (micros: number) => (micros / events).toFixed(2).padStart(7);
  const lines = times
    .slice(0, count)
    .map(
      ({ name, place, micros }) =>
        `${perEvent(micros)}  ${((100 * micros) / total).toFixed(1).padStart(5)} %  ${name} ${place}`,
    );
  return [`${perEvent(total)}  100.0 %  all`, ...lines].join('\n');
}

function describe(frame: { functionName: string; url: string; lineNumber: number }, root: string) {
  const name = frame.functionName === '' ? '(anonymous)' : frame.functionName;
  if (frame.url === '') return { name, place: '' };
  const path = frame.url.startsWith('file:') ? relative(root, fileURLToPath(frame.url)) : frame.url;
  return { name, place: `${path.replace(/^.*node_modules\//, '')}:${frame.lineNumber + 1}` };
}
