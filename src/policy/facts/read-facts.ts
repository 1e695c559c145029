import { isObject } from '#core/oci/json.ts';
import { type Facts, factsSchema } from '#policy/facts/facts.ts';

/** What images did not say to earlier programs. */
const ADDED = { sizeBytes: null, sizeOf: null, entrypoint: null, command: null, ports: null, volumes: null };

/** Facts as they were kept or printed, also by earlier programs: what those did not look at is null. @throws zod’s errors */
export function readFacts(value: unknown): Facts {
  return factsSchema.parse(completed(value));
}

function completed(value: unknown): unknown {
  const image = isObject(value) ? value['image'] : undefined;
  if (!isObject(value) || !isObject(image) || image['state'] !== 'collected' || !isObject(image['value'])) return value;
  return { ...value, image: { ...image, value: { ...ADDED, ...image['value'] } } };
}
