import { field, integer, items } from '#workload/document/fields.ts';
import { isNull, type Node, positionOf, type ScalarNode } from '#workload/document/node.ts';
import type { Misfit, PodFacts } from '#workload/pod-security/pod-facts.ts';

/** What Kubernetes takes under a name; of what is not named here, no check asks. */
type Shape = 'flag' | 'number' | 'text' | { readonly list: Shape } | { readonly map: Readonly<Record<string, Shape>> };

const NAMED: Shape = { map: { name: 'text' } };
const TYPED: Shape = { map: { type: 'text' } };
const ADDRESS: Shape = { map: { httpGet: { map: { host: 'text' } }, tcpSocket: { map: { host: 'text' } } } };

const SECURITY = {
  runAsNonRoot: 'flag',
  runAsUser: 'number',
  seccompProfile: TYPED,
  appArmorProfile: TYPED,
  seLinuxOptions: { map: { type: 'text', user: 'text', role: 'text' } },
  windowsOptions: { map: { hostProcess: 'flag' } },
} as const satisfies Readonly<Record<string, Shape>>;

const CONTAINER: Shape = {
  map: {
    name: 'text',
    securityContext: {
      map: {
        ...SECURITY,
        privileged: 'flag',
        allowPrivilegeEscalation: 'flag',
        procMount: 'text',
        capabilities: { map: { add: { list: 'text' }, drop: { list: 'text' } } },
      },
    },
    ports: { list: { map: { hostPort: 'number' } } },
    livenessProbe: ADDRESS,
    readinessProbe: ADDRESS,
    startupProbe: ADDRESS,
    lifecycle: { map: { postStart: ADDRESS, preStop: ADDRESS } },
  },
};

const POD: Shape = {
  map: {
    hostUsers: 'flag',
    hostNetwork: 'flag',
    hostPID: 'flag',
    hostIPC: 'flag',
    os: NAMED,
    securityContext: { map: { ...SECURITY, sysctls: { list: NAMED } } },
    volumes: { list: NAMED },
    initContainers: { list: CONTAINER },
    containers: { list: CONTAINER },
    ephemeralContainers: { list: CONTAINER },
  },
};

const MOST = 20;

/**
 * Values in a pod's spec that are not of the kind that Kubernetes takes there: it refuses the whole object, so how the
 * pod would be judged nobody knows. A variable that nothing filled in yet is the usual one. The first 20.
 */
export function misfitsIn(spec: Node): readonly Misfit[] {
  return [...misfits(spec, POD, 'spec')].slice(0, MOST);
}

function* misfits(node: Node, shape: Shape, path: string): Generator<Misfit> {
  if (isNull(node)) return;
  if (shape === 'flag' || shape === 'number' || shape === 'text') {
    if (node.kind !== 'scalar' || !FITS[shape](node)) yield { path, kind: shape, at: positionOf(node) };
  } else if ('list' in shape) {
    if (node.kind !== 'list') yield { path, kind: 'list', at: positionOf(node) };
    for (const [index, item] of items(node).entries()) yield* misfits(item, shape.list, `${path}[${index}]`);
  } else {
    if (node.kind !== 'map') yield { path, kind: 'map', at: positionOf(node) };
    for (const [name, inner] of Object.entries(shape.map)) {
      const value = field(node, name);
      if (value !== undefined) yield* misfits(value, inner, `${path}.${name}`);
    }
  }
}

/** The words of YAML 1.1, in its three spellings. */
const FLAG = /^(?:[yYnN]|true|True|TRUE|false|False|FALSE|yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF)$/;
const STRING_TAG = 'tag:yaml.org,2002:str';

const FITS: Readonly<Record<'flag' | 'number' | 'text', (node: ScalarNode) => boolean>> = {
  flag: (node) => isBare(node) && FLAG.test(node.text),
  number: (node) => isBare(node) && wholeNumber(node) !== undefined,
  text: () => true,
};

/** Quoted, it is a string, whatever it says. */
function isBare({ plain, tag }: ScalarNode): boolean {
  return tag === undefined ? plain : tag !== STRING_TAG;
}

const FLOAT = /^[+-]?(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9_]+)(?:e[+-]?[0-9]+)?$/i;

/** A whole number, also one that is written with a point or an exponent: `80.0` and `8e1` reach Kubernetes as 80. */
export function wholeNumber(node: Node | undefined): number | undefined {
  const plain = integer(node);
  if (plain !== undefined || node?.kind !== 'scalar' || !FLOAT.test(node.text)) return plain;
  const value = Number(node.text.replaceAll('_', ''));
  return Number.isSafeInteger(value) ? value : undefined;
}

/** What annotations say, the last of those with one name; Kubernetes reads null as an empty text. */
export function annotationsOf(metadata: Node | undefined): PodFacts['annotations'] {
  const annotations = field(metadata, 'annotations');
  if (annotations?.kind !== 'map') return [];
  const last = new Map(annotations.pairs.map(({ key, value }) => [key.text, value]));
  return [...last].flatMap(([name, value]) =>
    value.kind === 'scalar' ? [{ name, value: isNull(value) ? '' : value.text, at: positionOf(value) }] : [],
  );
}
