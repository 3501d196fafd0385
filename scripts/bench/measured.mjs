// Preloaded into every candidate alike: tells what the process has used, and takes CPU profiles.
import { writeFile } from 'node:fs/promises';
import { answer } from './answer.mjs';

/** How often a profile looks what is being executed, in µs. */
const profileIntervalMicros = 200;

/** @type {import('node:inspector/promises').Session | undefined} */
let session;

answer({
  usage() {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    return {
      cpuMicros: userCPUTime + systemCPUTime,
      rssBytes: process.memoryUsage.rss(),
      peakRssBytes: maxRSS * 1024,
    };
  },
  async startProfile() {
    const { Session } = await import('node:inspector/promises');
    session = new Session();
    session.connect();
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: profileIntervalMicros });
    await session.post('Profiler.start');
  },
  async stopProfile(/** @type {unknown} */ file) {
    const stopped = await session?.post('Profiler.stop');
    session?.disconnect();
    await writeFile(String(file), JSON.stringify(stopped?.profile));
  },
});

// The measured program itself decides how long it lives.
process.channel?.unref();
