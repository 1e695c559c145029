const SHORT = /^[0-9a-f]{12,63}$/;
const ANONYMOUS = /^[0-9a-f]{64}$/;

/** Whether a name may be the beginning of an anonymous volume's, as `volume ls` shows those. */
export function isShortName(name: string): boolean {
  return SHORT.test(name);
}

/**
 * The whole name of a volume: of an anonymous one the first 12 digits or more are enough where only one begins so. What
 * names nothing, or several, is given back as it is.
 */
export function wholeName(given: string, names: Iterable<string>): string {
  if (!isShortName(given)) return given;
  const fitting = new Set<string>();
  for (const name of names) {
    if (name === given) return given;
    if (ANONYMOUS.test(name) && name.startsWith(given)) fitting.add(name);
  }
  const [only] = fitting;
  return only !== undefined && fitting.size === 1 ? only : given;
}
