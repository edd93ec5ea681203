/** Ctrl-C, `docker stop`, `systemctl stop` and the Windows console, as one promise. */

export interface StopRequest {
  signal: AbortSignal;
  stopped: Promise<void>;
  /** Takes the handlers off again. */
  end(): void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGBREAK'] as const;

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
  // SIGBREAK exists on Windows only; elsewhere Node refuses the name.
  const names = SIGNALS.filter((name) => name !== 'SIGBREAK' || process.platform === 'win32');
  for (const name of names) process.on(name, handler);
  return {
    signal: controller.signal,
    stopped,
    end: () => {
      for (const name of names) process.off(name, handler);
    },
  };
}
