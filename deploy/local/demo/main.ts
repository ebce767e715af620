import { codeOf, exitCodeOf, EXIT_FAILED, messageOf } from '../../../runtime/errors.ts';
import { readDemoConfig } from './config.ts';
import { runDemo } from './demo.ts';
import { readOptions } from './options.ts';

/** npm hands on a signal that the terminal has sent already: both come at the same moment. */
const SAME_SIGNAL_MS = 1_000;

process.exitCode = await main();

async function main(): Promise<number> {
  const stop = new AbortController();
  const kill = new AbortController();
  let stoppedAtMs = 0;
  const onSignal = () => {
    if (!stop.signal.aborted) {
      stoppedAtMs = performance.now();
      stop.abort();
    } else if (performance.now() - stoppedAtMs > SAME_SIGNAL_MS) {
      kill.abort();
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  // Who read the output is gone.
  process.stdout.on('error', onSignal);
  try {
    const options = readOptions(process.argv.slice(2));
    if ('exitCode' in options) return options.exitCode;
    const config = readDemoConfig(process.env);
    const ok = await runDemo({
      options,
      config,
      output: process.stdout,
      stop: stop.signal,
      kill: kill.signal,
    });
    return ok ? 0 : EXIT_FAILED;
  } catch (error) {
    const code = codeOf(error);
    process.stderr.write(`demo: ${code ? `${code}: ` : ''}${messageOf(error)}\n`);
    return exitCodeOf(error);
  }
}
