import type { DumpCheck, DumpFacts, DumpHook } from '#volume/dump/dump-hook.ts';
import { mongo } from '#volume/dump/services/mongo.ts';
import { mysql } from '#volume/dump/services/mysql.ts';
import { postgres } from '#volume/dump/services/postgres.ts';
import { redis } from '#volume/dump/services/redis.ts';

/** All services whose data can be written out while they run. SQLite has none to ask: its files are whole while its writers are paused. */
export const DUMP_HOOKS: readonly DumpHook[] = [postgres, mysql, redis, mongo];

/** The hook for a container: by its service, when it runs the server. */
export function dumpHookFor({ service }: DumpFacts): DumpHook | undefined {
  if (service?.role !== 'server') return undefined;
  return DUMP_HOOKS.find(({ services }) => services.includes(service.id));
}

/**
 * How the file of a dump begins and ends, by its name below the container's, such as `postgres/globals.sql`: that of its
 * service's parts with the same ending. Undefined for dumps of an operator's command, whose form is not known.
 */
export function dumpCheckOf(name: string): DumpCheck | undefined {
  const hook = DUMP_HOOKS.find(({ id }) => name.startsWith(`${id}/`));
  const parts = hook?.parts({ service: undefined }, ['any']) ?? [];
  return parts.find((part) => endingOf(part.name) === endingOf(name))?.check;
}

function endingOf(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}
