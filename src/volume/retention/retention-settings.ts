import * as z from 'zod/mini';
import { isEmptyPolicy, type RetentionPolicy, retentionPolicySchema } from '#volume/retention/policy.ts';

/** Checks what is written down of one repository’s retention. */
export const retentionSettingsSchema = z.object({
  /** For volumes that nothing else is said of. */
  default: z.optional(retentionPolicySchema),
  /** By name. */
  volumes: z.record(z.string(), retentionPolicySchema),
  /** By name of the stack: for its volumes, unless they have one of their own. */
  stacks: z.record(z.string(), retentionPolicySchema),
  /** After how many days data that no snapshot needs is removed; 0: only when asked. */
  pruneAfterDays: z.optional(z.int().check(z.gte(0), z.lte(3650))),
});

/** The retention of one repository. Without a policy, everything is kept. */
export type RetentionSettings = z.infer<typeof retentionSettingsSchema>;

/** Nothing is said: everything is kept. */
export const NO_RETENTION: RetentionSettings = { volumes: {}, stacks: {} };

/** What a policy is for. */
export type RetentionScope =
  | { readonly kind: 'default' }
  | { readonly kind: 'volume'; readonly name: string }
  | { readonly kind: 'stack'; readonly name: string };

/** The policy for a volume, and where it is from; or why there is none. */
export type PolicyFound =
  | { readonly kind: 'policy'; readonly policy: RetentionPolicy; readonly from: RetentionScope }
  | { readonly kind: 'none' }
  /** Policies of stacks are there, and nobody knows whether the volume is one of theirs. */
  | { readonly kind: 'stack-unknown' };

/**
 * A volume’s stack: null when it has none, undefined when that is not known.
 * @param recorded that with which it was taken last: for volumes that are not there any more
 */
export type StackOf = (volume: string, recorded: string | undefined) => string | null | undefined;

/** The volume’s own policy, else that of its stack, else the default. */
export function policyFor(
  settings: RetentionSettings,
  volume: string,
  stackOf: () => string | null | undefined,
): PolicyFound {
  const own = lookUp(settings.volumes, volume);
  if (own !== undefined) return found(own, { kind: 'volume', name: volume });
  if (Object.keys(settings.stacks).length > 0) {
    const stack = stackOf();
    if (stack === undefined) return { kind: 'stack-unknown' };
    const shared = stack === null ? undefined : lookUp(settings.stacks, stack);
    if (stack !== null && shared !== undefined) return found(shared, { kind: 'stack', name: stack });
  }
  return settings.default === undefined ? { kind: 'none' } : found(settings.default, { kind: 'default' });
}

/** The settings with another policy in one place; without one, that place says nothing any more. */
export function withPolicy(
  settings: RetentionSettings,
  scope: RetentionScope,
  policy: RetentionPolicy | undefined,
): RetentionSettings {
  if (scope.kind === 'default') {
    const { default: _, ...others } = settings;
    return policy === undefined ? others : { ...others, default: policy };
  }
  const key = scope.kind === 'volume' ? 'volumes' : 'stacks';
  const left = Object.entries(settings[key]).filter(([name]) => name !== scope.name);
  const entries = policy === undefined ? left : [...left, [scope.name, policy] as const];
  return { ...settings, [key]: Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1))) };
}

/** What a scope is called: `default`, `volume db`, `stack shop`. */
export function scopeText(scope: RetentionScope): string {
  return scope.kind === 'default' ? 'default' : `${scope.kind} ${scope.name}`;
}

function found(policy: RetentionPolicy, from: RetentionScope): PolicyFound {
  return isEmptyPolicy(policy) ? { kind: 'none' } : { kind: 'policy', policy, from };
}

function lookUp(policies: Readonly<Record<string, RetentionPolicy>>, name: string): RetentionPolicy | undefined {
  return Object.hasOwn(policies, name) ? policies[name] : undefined;
}
