import type { ServiceProbe } from '#volume/drill/service-probe.ts';
import { mysql } from '#volume/drill/services/mysql.ts';
import { postgres } from '#volume/drill/services/postgres.ts';
import { redis } from '#volume/drill/services/redis.ts';

/** All services that can be asked what they hold. */
export const SERVICE_PROBES: readonly ServiceProbe[] = [postgres, mysql, redis];
