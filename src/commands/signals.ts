/** Ctrl-C, `docker stop`, `systemctl stop` and the Windows console, as one promise. */

export interface StopRequest {
  signal: AbortSignal;
  stopped: Promise<void>;
  /** Takes the handlers off again. */
  end(): void;
}

/**
 * What asks this process to stop. On Windows: Ctrl-C (also how a service wrapper stops it), Ctrl-Break, and the closing of
 * the console window, after which the system leaves it some ten seconds. Elsewhere SIGHUP is left alone: `nohup` ignores it.
 */
export const stopSignals = (platform: NodeJS.Platform): readonly NodeJS.Signals[] =>
  platform === 'win32' ? ['SIGINT', 'SIGBREAK', 'SIGHUP', 'SIGTERM'] : ['SIGINT', 'SIGTERM'];

/** The first signal asks for an orderly end; a second one ends the process at once. */
export function untilStopped(): StopRequest {
  const controller = new AbortController();
  let resolveStopped: () => void = () => {};
  const stopped = new Promise<void>((resolve) => (resolveStopped = resolve));
  const handler = () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort(new Error('stopped by a signal'));
    resolveStopped();
  };
  const names = stopSignals(process.platform);
  for (const name of names) process.on(name, handler);
  return {
    signal: controller.signal,
    stopped,
    end: () => {
      for (const name of names) process.off(name, handler);
    },
  };
}
