import { median } from './samples.ts';
import type { BenchContext } from './suite.ts';

/** A computation that takes about 50 ms and does what the candidates do most: JSON. */
const repetitions = 2_500;
const text = JSON.stringify(Array.from({ length: 40 }, (_, index) => ({ id: String(index), name: 'x'.repeat(20) })));

/**
 * Tells how far the machine's own speed wavers: CPU time of the same computation, taken between the rounds. What
 * varies more than the figures themselves cannot be concluded from them.
 */
export class Noise {
  readonly #samples: number[] = [];

  /** Runs the computation once. */
  sample(): void {
    const before = process.cpuUsage();
    for (let index = 0; index < repetitions; index += 1) JSON.stringify(JSON.parse(text));
    const { user, system } = process.cpuUsage(before);
    this.#samples.push(user + system);
  }

  /** Tells how far the fastest and the slowest were from the median; nothing before the second sample. */
  tell({ note }: Pick<BenchContext, 'note'>): void {
    if (this.#samples.length < 2) return;
    const middle = median(this.#samples);
    const percent = (value: number) => Math.round((value / middle - 1) * 100);
    const [fastest, slowest] = [Math.min(...this.#samples), Math.max(...this.#samples)].map(percent);
    note(`The same computation took ${fastest} … +${slowest} % of its median CPU time meanwhile.`);
  }
}
