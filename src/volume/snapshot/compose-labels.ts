const OF_COMPOSE = /^(?:com\.docker|io\.podman)\.compose\.[a-z0-9.-]{1,60}$/;
const MOST = 10;
const MOST_CHARACTERS = 200;

/**
 * The labels by which Compose knows a volume for its own: a volume that is restored under its old name has them again. Others
 * are left out, and so is what is no plain text: a manifest may be anybody's.
 */
export function composeLabels(labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const own = Object.entries(labels).filter(
    ([name, value]) => OF_COMPOSE.test(name) && value.length <= MOST_CHARACTERS && !/[\p{Cc}\u2028\u2029]/u.test(value),
  );
  return Object.fromEntries(own.slice(0, MOST));
}
