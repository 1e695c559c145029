import type { Engine } from '#base/engine/engine.ts';
import { discover } from '#volume/discover/discover.ts';
import type { Discovery } from '#volume/discover/discovery.ts';
import type { RetentionSettings, StackOf } from '#volume/retention/retention-settings.ts';

/**
 * Asks the engine which volumes are of which stack, where policies of stacks make that matter. Volumes that are not
 * there any more are of that with which they were taken last.
 * @throws `ENGINE_*`
 */
export async function stacksOf(
  retention: RetentionSettings | undefined,
  connect: () => Promise<Engine>,
  now: Date,
): Promise<StackOf> {
  if (Object.keys(retention?.stacks ?? {}).length === 0) return () => null;
  return stackIn(await discover(await connect(), { layers: false, contents: false, now }));
}

/** The stack of the containers that use a volume or a directory, else the one that made it. Of several, none is known. */
function stackIn({ volumes, binds, containers }: Pick<Discovery, 'volumes' | 'binds' | 'containers'>): StackOf {
  return (name, recorded) => {
    const volume = volumes.find((one) => one.name === name);
    const target = volume ?? binds.find(({ path }) => path === name);
    if (target === undefined) return recorded;
    const users = new Set(target.users.map(({ container }) => container));
    const stacks = new Set(
      containers.flatMap(({ id, stack }) => (users.has(id) && stack !== undefined ? [stack] : [])),
    );
    if (stacks.size > 1) return undefined;
    const [stack = volume?.labels['com.docker.compose.project'] ?? null] = stacks;
    return stack;
  };
}
