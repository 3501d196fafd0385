/** Colours and spinner are for people. https://no-color.org */
const isTerminal = process.stderr.isTTY;
const isColoured = isTerminal && !process.env.NO_COLOR && process.env.TERM !== 'dumb';

const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const spinnerIntervalMs = 100;
/** Without a terminal, a long step says this often that it goes on. */
const reminderIntervalMs = 10_000;

/**
 * Shows that `work` is going on, and at its end how long it took.
 *
 * @template T
 * @param {string} title
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function showProgress(title, work) {
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  const timer = isTerminal ? spin(title, seconds) : remind(title, seconds);
  let mark = colour(31, '✗');
  try {
    const result = await work();
    mark = colour(32, '✓');
    return result;
  } finally {
    clearInterval(timer);
    const clearLine = isTerminal ? '\r\u001b[K' : '';
    process.stderr.write(`${clearLine}${mark} ${title} ${seconds().toFixed(1)} s\n`);
  }
}

/**
 * @param {string} title
 * @param {() => number} seconds
 */
function spin(title, seconds) {
  let tick = 0;
  return setInterval(() => {
    const frame = spinner[(tick += 1) % spinner.length] ?? '';
    process.stderr.write(`\r${colour(36, frame)} ${title} ${Math.floor(seconds())} s`);
  }, spinnerIntervalMs);
}

/**
 * @param {string} title
 * @param {() => number} seconds
 */
function remind(title, seconds) {
  return setInterval(() => {
    process.stderr.write(`… ${title}, ${Math.round(seconds())} s so far\n`);
  }, reminderIntervalMs);
}

/**
 * @param {number} code - SGR foreground colour
 * @param {string} text
 */
function colour(code, text) {
  return isColoured ? `\u001b[${code}m${text}\u001b[39m` : text;
}
