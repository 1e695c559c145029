import type { Facts } from '#policy/facts/facts.ts';
import { imagePattern } from '#policy/image-pattern.ts';
import type { Policy } from '#policy/policy.ts';

/** Whether a policy is for the subject, as far as its `match` says. */
export function isFor({ match }: Pick<Policy, 'match'>, facts: Pick<Facts, 'subject' | 'image'>): boolean {
  const { subject } = facts;
  const { images, environments, kinds } = match;
  if (!isOfKind(kinds, subject.kind)) return false;
  if (environments.length > 0 && (subject.environment === null || !environments.includes(subject.environment)))
    return false;
  if (images.length === 0) return true;
  const names = namesOf(facts);
  return images.some((pattern) => names.some(imagePattern(pattern)));
}

/** What runs is an image, too. */
export function isOfKind(kinds: readonly string[], kind: Facts['subject']['kind']): boolean {
  return kinds.length === 0 || kinds.includes(kind) || (kind === 'workload' && kinds.includes('image'));
}

/** A subject's names: as it was asked for, whole, and as people call what is on Docker Hub. */
export function namesOf({ subject, image }: Pick<Facts, 'subject' | 'image'>): readonly string[] {
  if (image.state !== 'collected') return [subject.name];
  const { registry, repository, tag, digest } = image.value;
  if (registry === null || repository === null) return [subject.name];
  const whole = [`${registry}/${repository}`];
  if (registry === 'docker.io') whole.push(repository.replace(/^library\//, ''));
  const endings = [...(tag === null ? [] : [`:${tag}`]), ...(digest === null ? [] : [`@${digest}`])];
  const names = whole.flatMap((name) => (endings.length === 0 ? [name] : endings.map((ending) => `${name}${ending}`)));
  return [...new Set([subject.name, ...names])];
}
