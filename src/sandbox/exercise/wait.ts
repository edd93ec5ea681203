/** Waits for a condition, never for time to pass. */

/** True as soon as `condition` holds, false after `limitMs`. */
export async function waitUntil(
  limitMs: number,
  condition: () => Promise<boolean> | boolean,
): Promise<boolean> {
  const end = Date.now() + limitMs;
  for (;;) {
    if (await condition()) return true;
    if (Date.now() > end) return false;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
