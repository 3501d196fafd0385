/**
 * Measures what reading a frame costs beside a bare `JSON.parse`, and prints one JSON line for each kind of dispatch:
 *
 *     node packages/gateway/src/testing/frame.bench.ts [rounds]
 */
import { readFrame } from '../frame.ts';
import { dispatchText, sampleDispatches } from './sample-dispatches.ts';

const rounds = Number(process.argv[2] ?? 300);
/** Frames lie side by side in a chunk, as a socket delivers them. */
const chunkBytes = 65_536;

const kinds = sampleDispatches(0).map(([name]) => name);
kinds.forEach((name, kind) => {
  const frames = chunkOf(kind);
  const bytes = frames.reduce((sum, frame) => sum + frame.length, 0) / frames.length;
  const parseOnly = () => frames.forEach((frame) => void JSON.parse(frame.toString()));
  const read = () => frames.forEach((frame) => void readFrame(frame));
  for (let round = 0; round < rounds; round += 1) {
    parseOnly();
    read();
  }
  const result = {
    name,
    bytes: Math.round(bytes),
    parseMicroseconds: cost(parseOnly, frames.length),
    readMicroseconds: cost(read, frames.length),
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
});

function chunkOf(kind: number): Buffer[] {
  const texts: Buffer[] = [];
  for (let index = 0, size = 0; ; index += 1) {
    const [name, data] = sampleDispatches(index)[kind] ?? ['', {}];
    const text = Buffer.from(dispatchText(name, 1_000_000 + index, data));
    size += text.length;
    if (size > chunkBytes) break;
    texts.push(text);
  }
  const chunk = Buffer.concat(texts);
  let at = 0;
  return texts.map(({ length }) => chunk.subarray(at, (at += length)));
}

/** CPU for one frame, in µs. */
function cost(run: () => void, frames: number): number {
  const before = process.cpuUsage();
  for (let round = 0; round < rounds; round += 1) run();
  const { user, system } = process.cpuUsage(before);
  return Math.round(((user + system) / rounds / frames) * 100) / 100;
}
