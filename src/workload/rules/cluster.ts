import { valueIn } from '#workload/model/setting.ts';
import { nist, pci, type RunRule, soc } from '#workload/rule.ts';

const pod = (metadata: string, spec: string) =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: web${metadata}}\nspec:\n${spec}  containers:\n    - name: web\n      image: example/web:1.2\n`;

export const serviceAccountToken: RunRule = {
  id: 'run/service-account-token',
  title: 'only what talks to the cluster gets a token for it',
  severity: 'low',
  why: 'The token lies in every container of the pod: whoever takes one over speaks to the cluster in its name.',
  dialects: ['kubernetes'],
  elsewhere: [nist('4.3.2'), pci('7.2'), soc('CC6.3')],
  bad: pod('', ''),
  good: pod('', '  automountServiceAccountToken: false\n'),
  workload: (
    { dialect, name, at, serviceAccountToken: token, serviceAccount = 'default', namespace },
    { tokenless },
  ) => {
    if (dialect !== 'kubernetes' || valueIn(token) === false) return [];
    const account = `${valueIn(namespace) ?? 'default'}/${serviceAccount}`;
    if (token === undefined && tokenless.has(account)) return [];
    return [
      {
        at: [token?.at ?? at],
        sentence: `The pods of ${name} get a token of the service account ${serviceAccount}.`,
        fix: 'Set automountServiceAccountToken: false, or use an account of its own with few rights.',
      },
    ];
  },
};

export const defaultNamespace: RunRule = {
  id: 'run/default-namespace',
  title: 'nothing runs in the default namespace',
  severity: 'low',
  why: 'Rights, limits and network policies are given by namespace: in the common one everybody shares them.',
  dialects: ['kubernetes'],
  elsewhere: [nist('4.3.4'), pci('2.2.3'), soc('CC6.3')],
  bad: pod(', namespace: default', ''),
  good: pod(', namespace: shop', ''),
  workload: ({ namespace, name }) =>
    namespace?.state === 'known' && namespace.value === 'default'
      ? [
          {
            at: [namespace.at],
            sentence: `${name} runs in the default namespace.`,
            fix: 'Give it a namespace of its own.',
          },
        ]
      : [],
};
