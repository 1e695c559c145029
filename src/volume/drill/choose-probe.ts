import { SERVICE_PROBES } from '#volume/drill/list.ts';
import type { ServiceProbe } from '#volume/drill/service-probe.ts';
import type { RecognisedService } from '#workload/known-data/recognise.ts';

/** How a container is asked what it holds. */
export type Probe =
  /** The operator's command, run by `sh -c` in the container: what it prints is compared. */
  | { readonly kind: 'label'; readonly command: string; readonly user?: string }
  | { readonly kind: 'service'; readonly service: ServiceProbe };

/** What a probe is chosen by. */
export interface ProbeFacts {
  readonly labels: Readonly<Record<string, string>>;
  readonly service?: Pick<RecognisedService, 'id' | 'role'>;
}

const PREFIX = 'holdfast.volume.';

/**
 * The probe of a container: that of its label `holdfast.volume.probe` (run as `holdfast.volume.user`, where that is said),
 * else its service's; undefined where nothing is known to ask.
 */
export function probeOf({ labels, service }: ProbeFacts): Probe | undefined {
  const command = label(labels, 'probe');
  const user = label(labels, 'user');
  if (command !== undefined) return { kind: 'label', command, ...(user === undefined ? {} : { user }) };
  if (service === undefined || service.role !== 'server') return undefined;
  const known = SERVICE_PROBES.find(({ services }) => services.includes(service.id));
  return known === undefined ? undefined : { kind: 'service', service: known };
}

/** What loads the dump of the label `holdfast.volume.dump`: the label `holdfast.volume.load`, and who runs it. */
export function loadLabels(labels: Readonly<Record<string, string>>): {
  readonly load?: string;
  readonly user?: string;
} {
  const [load, user] = [label(labels, 'load'), label(labels, 'user')];
  return { ...(load === undefined ? {} : { load }), ...(load === undefined || user === undefined ? {} : { user }) };
}

/** Whether the label `holdfast.volume.drill=files` asks that nothing be started: it cannot run without others, say. */
export function comparesFilesOnly({ labels }: Pick<ProbeFacts, 'labels'>): boolean {
  return label(labels, 'drill') === 'files';
}

/** The probe that a manifest names; undefined for one that this version does not know. */
export function probeNamed(name: string, command: string | undefined, user: string | undefined): Probe | undefined {
  if (name === 'label') {
    return command === undefined ? undefined : { kind: 'label', command, ...(user === undefined ? {} : { user }) };
  }
  const service = SERVICE_PROBES.find(({ id }) => id === name);
  return service === undefined ? undefined : { kind: 'service', service };
}

/** What the ledger and manifests call a probe. */
export function probeName(probe: Probe): string {
  return probe.kind === 'label' ? 'label' : probe.service.id;
}

function label(labels: Readonly<Record<string, string>>, name: string): string | undefined {
  const text = Object.hasOwn(labels, PREFIX + name) ? labels[PREFIX + name]?.trim() : undefined;
  return text === '' ? undefined : text;
}
