import type { RoleRule } from '#workload/model/workload.ts';
import { type Found, nist, pci, type RunRule, soc } from '#workload/rule.ts';

const role = (rules: string) =>
  `apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: worker}\nrules:\n${rules}`;
const GOOD = role('  - apiGroups: [""]\n    resources: [pods]\n    verbs: [get, list]\n');
const binding = (roleName: string, subject: string) =>
  `apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: worker}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: ${roleName}}\nsubjects:\n  - ${subject}\n`;
const GOOD_BINDING = binding('view', '{kind: ServiceAccount, name: worker, namespace: shop}');

const elsewhere = [nist('4.3.1'), nist('4.3.2'), pci('7.2'), soc('CC6.3')] as const;
const dialects = ['kubernetes'] as const;

function has(given: readonly { readonly value: string }[], ...wanted: readonly string[]): boolean {
  return given.some(({ value }) => value === '*' || wanted.includes(value));
}

/** A rule over the rules of roles. */
function overRules(
  judge: (rule: RoleRule, name: string) => Omit<Found, 'at'> | undefined,
): NonNullable<RunRule['document']> {
  return ({ roles = [] }) =>
    roles.flatMap(({ name, rules }) =>
      rules.flatMap((rule) => {
        const found = judge(rule, name);
        return found === undefined ? [] : [{ at: [rule.at], ...found }];
      }),
    );
}

export const rbacWildcard: RunRule = {
  id: 'run/rbac-wildcard',
  title: 'rights are named one by one',
  severity: 'high',
  why: 'A star means what exists and what will ever exist; on verbs and resources together it is the whole cluster.',
  dialects,
  elsewhere,
  bad: role('  - apiGroups: ["*"]\n    resources: ["*"]\n    verbs: ["*"]\n'),
  good: GOOD,
  document: overRules((rule, name) => {
    const stars = [
      ...(rule.verbs.some(({ value }) => value === '*') ? ['verbs'] : []),
      ...(rule.resources.some(({ value }) => value === '*') ? ['resources'] : []),
    ];
    if (stars.length === 0) return undefined;
    return {
      sentence: `${name} gives all ${stars.join(' and ')}.`,
      fix: `Name the ${stars.join(' and ')} that are needed.`,
      severity: stars.length === 2 ? 'critical' : 'high',
    };
  }),
};

const POWERS = ['escalate', 'bind', 'impersonate'] as const;

export const rbacEscalation: RunRule = {
  id: 'run/rbac-escalation',
  title: 'nobody can give himself rights',
  severity: 'critical',
  why: 'escalate and bind give rights that the giver does not have, impersonate takes those of anybody.',
  dialects,
  elsewhere,
  bad: role('  - apiGroups: [rbac.authorization.k8s.io]\n    resources: [clusterroles]\n    verbs: [bind]\n'),
  good: GOOD,
  document: overRules((rule, name) => {
    const powers = POWERS.filter((verb) => rule.verbs.some(({ value }) => value === verb));
    // One named role may be bound without harm: whoever wrote the name thought of it.
    if (powers.length === 0 || (rule.objects.length > 0 && powers.every((verb) => verb === 'bind'))) return undefined;
    return {
      sentence: `${name} gives the right to ${powers.join(' and ')}.`,
      fix: `Take ${powers.join(', ')} out of it.`,
    };
  }),
};

export const rbacSecrets: RunRule = {
  id: 'run/rbac-secrets',
  title: 'nobody reads every secret',
  severity: 'high',
  why: 'Among the secrets of a namespace are the tokens of all its accounts; of a cluster, those of its administrators.',
  dialects,
  elsewhere,
  bad: role('  - apiGroups: [""]\n    resources: [secrets]\n    verbs: [get, list]\n'),
  good: role('  - apiGroups: [""]\n    resources: [secrets]\n    resourceNames: [database]\n    verbs: [get]\n'),
  document: overRules((rule, name) => {
    const reads = has(rule.verbs, 'get', 'list', 'watch') && rule.resources.some(({ value }) => value === 'secrets');
    if (!reads || rule.objects.length > 0) return undefined;
    return {
      sentence: `${name} can read every secret${name.startsWith('ClusterRole/') ? ' of the cluster' : ' of its namespace'}.`,
      fix: 'Name those that are needed in resourceNames, with the verb get alone.',
      severity: name.startsWith('ClusterRole/') ? 'high' : 'medium',
    };
  }),
};

const INTO_CONTAINERS = ['pods/exec', 'pods/attach', 'pods/portforward', 'pods/ephemeralcontainers', 'nodes/proxy'];

export const rbacExec: RunRule = {
  id: 'run/rbac-exec',
  title: 'nobody enters running containers',
  severity: 'high',
  why: 'Who can run a command in a pod has its secrets and its token; nodes/proxy does so past every check.',
  dialects,
  elsewhere,
  bad: role('  - apiGroups: [""]\n    resources: [pods/exec]\n    verbs: [create]\n'),
  good: GOOD,
  document: overRules((rule, name) => {
    const ways = INTO_CONTAINERS.filter((resource) => rule.resources.some(({ value }) => value === resource));
    if (ways.length === 0 || rule.verbs.length === 0) return undefined;
    return {
      sentence: `${name} leads into running containers: ${ways.join(', ')}.`,
      fix: 'Give it to people, for a time, and not to accounts.',
    };
  }),
};

export const clusterAdmin: RunRule = {
  id: 'run/cluster-admin',
  title: 'cluster-admin is for emergencies',
  severity: 'critical',
  why: 'It may do everything, everywhere: whoever has one pod of such an account has the cluster.',
  dialects,
  elsewhere,
  bad: binding('cluster-admin', '{kind: ServiceAccount, name: worker, namespace: shop}'),
  good: GOOD_BINDING,
  document: ({ bindings = [] }) =>
    bindings.flatMap(({ name, at, role: given, subjects }) => {
      const [first] = subjects.filter((subject) => subject.name !== 'system:masters');
      if (given !== 'ClusterRole/cluster-admin' || first === undefined) return [];
      return {
        at: [first.at, at],
        sentence: `${name} makes ${first.kind} ${first.name.slice(0, 80)} ${name.startsWith('RoleBinding/') ? 'administrator of its namespace' : 'administrator of the cluster'}.`,
        fix: 'Bind a role that holds what is needed.',
        severity: name.startsWith('RoleBinding/') ? ('high' as const) : ('critical' as const),
      };
    }),
};

const EVERYBODY: ReadonlySet<string> = new Set([
  'system:anonymous',
  'system:unauthenticated',
  'system:authenticated',
  'system:serviceaccounts',
]);

export const rbacEverybody: RunRule = {
  id: 'run/rbac-everybody',
  title: 'rights are given to somebody',
  severity: 'high',
  why: 'These names mean everybody who reaches the API server, or every account in the cluster.',
  dialects,
  elsewhere,
  bad: binding('view', '{kind: Group, name: "system:unauthenticated", apiGroup: rbac.authorization.k8s.io}'),
  good: GOOD_BINDING,
  document: ({ bindings = [] }) =>
    bindings.flatMap(({ name, role: given, subjects }) =>
      subjects
        .filter((subject) => EVERYBODY.has(subject.name))
        .map((subject) => ({
          at: [subject.at],
          sentence: `${name} gives ${given.slice(0, 80)} to ${subject.name}.`,
          fix: 'Name the accounts that need it.',
          severity: /anonymous|unauthenticated/.test(subject.name) ? ('critical' as const) : ('high' as const),
        })),
    ),
};
