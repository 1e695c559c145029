import type { ServiceProbe } from '#volume/drill/service-probe.ts';
import { CONNECT, READY } from '#volume/dump/services/redis.ts';

/** Keys that stay: those with a time to live are gone by the time of a drill, and nothing is wrong then. */
export const redis: ServiceProbe = {
  id: 'redis',
  title: 'Redis and Valkey',
  services: ['redis', 'valkey'],
  ready: READY,
  value: `${CONNECT}
said=$(ask INFO keyspace)
case $said in *'# Keyspace'*) ;; *) echo 'no answer to INFO' >&2; exit 1 ;; esac
echo keys
printf '%s\\n' "$said" | sed -n 's/^\\(db[0-9]*\\):keys=\\([0-9]*\\),expires=\\([0-9]*\\).*/\\1 \\2 \\3/p' |
while read -r name keys expires; do
  [ "$keys" -eq "$expires" ] || echo "$name $((keys - expires))"
done`,
};
