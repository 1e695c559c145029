import type { DumpCheck, DumpFacts, DumpHook } from '#volume/dump/dump-hook.ts';
import { mongo } from '#volume/dump/services/mongo.ts';
import { mysql } from '#volume/dump/services/mysql.ts';
import { postgres } from '#volume/dump/services/postgres.ts';
import { redis } from '#volume/dump/services/redis.ts';
import { sqlite } from '#volume/dump/services/sqlite.ts';

/** All services whose data can be written out while they run. */
export const DUMP_HOOKS: readonly DumpHook[] = [postgres, mysql, redis, mongo, sqlite];

/** The hook for a container: by its service when it runs the server, else by the databases that were seen in it. */
export function dumpHookFor(facts: DumpFacts): DumpHook | undefined {
  const { service } = facts;
  return DUMP_HOOKS.find((hook) => {
    if (hook.suits !== undefined) return hook.suits(facts);
    return service !== undefined && service.role === 'server' && hook.services.includes(service.id);
  });
}

/**
 * How the file of a dump begins and ends, by its name below the container's, such as `postgres/globals.sql`: that of its
 * service's parts with the same ending. Undefined for dumps of an operator's command, whose form is not known.
 */
export function dumpCheckOf(name: string): DumpCheck | undefined {
  const hook = DUMP_HOOKS.find(({ id }) => name.startsWith(`${id}/`));
  const parts = hook?.parts({ service: undefined, sqliteFiles: ['/any'] }, ['any']) ?? [];
  return parts.find((part) => endingOf(part.name) === endingOf(name))?.check;
}

function endingOf(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}
