import type { DumpFacts, DumpHook } from '#volume/dump/dump-hook.ts';
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
