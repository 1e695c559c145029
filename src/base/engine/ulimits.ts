import { isObject, type JsonObject } from '#core/oci/json.ts';

/**
 * The limits of a container as engines take them when one is made: Podman tells them as `RLIMIT_NOFILE`, and takes only
 * `nofile`, as Docker tells them. What has another form is left as it is.
 */
export function takenUlimits(limits: readonly unknown[]): readonly unknown[] {
  return limits.map((limit): unknown => {
    if (!isObject(limit) || typeof limit['Name'] !== 'string') return limit;
    const taken: JsonObject = { ...limit, Name: limit['Name'].replace(/^RLIMIT_/, '').toLowerCase() };
    return taken;
  });
}
