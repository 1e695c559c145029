import type { OpenRecord } from '#app/home/open-record.ts';
import { askCompose } from '#app/volume/guard/ask-compose.ts';
import { type GuardTargets, guardTargets } from '#app/volume/guard/guard-targets.ts';
import { withMeantNames } from '#app/volume/guard/meant-names.ts';
import type { JobDeps } from '#app/volume/repositories/job-deps.ts';
import { type Target, takeTargets } from '#app/volume/snapshot/take-all.ts';
import type { EngineControl } from '#base/engine/engine.ts';
import { HoldfastError, type Problem } from '#core/errors.ts';
import { discover } from '#volume/discover/discover.ts';
import type { DiscoveredContainer } from '#volume/discover/discovery.ts';
import type { JobProgress } from '#volume/engines/engine.ts';
import type { GuardRan } from '#volume/guard/events.ts';
import { type Guarded, parseCommand } from '#volume/guard/parse-command.ts';

export interface GuardRequest {
  readonly argv: readonly string[];
  /** What the operator names, beside what the command says. */
  readonly stacks: readonly string[];
  readonly volumes: readonly string[];
  /** Where the command is run. */
  readonly directory: string;
  /** Its environment, also Compose's. */
  readonly environment: NodeJS.ProcessEnv;
}

/** A command that is understood, or whose targets the operator has named. */
export interface GuardPlan extends Pick<GuardTargets, 'targets' | 'containers' | 'problems'> {
  /** Program and subcommand, for the record. */
  readonly words: string;
  readonly command?: Guarded;
}

/** What was kept before a command is run. */
export interface Kept {
  readonly snapshots: GuardRan['snapshots'];
  readonly images: GuardRan['images'];
  /** Why not all was kept. */
  readonly failed?: Problem;
  readonly problems: readonly Problem[];
}

const MOST = 80;

/**
 * Reads a command before anything is opened. @throws `GUARD_NOT_UNDERSTOOD` when neither its words nor the operator say what
 * it touches
 */
export function readGuarded({ argv, stacks, volumes }: GuardRequest): Guarded | undefined {
  const parsed = parseCommand(argv);
  if (parsed.kind !== 'refused') return parsed;
  if (stacks.length > 0 || volumes.length > 0) return undefined;
  throw new HoldfastError('GUARD_NOT_UNDERSTOOD', `It was not run: ${parsed.why}`, {
    kind: 'usage',
    hint: 'Say what it touches: --stack NAME, or --volume NAME, as often as it takes.',
  });
}

/**
 * Finds out what a command touches.
 * @throws `GUARD_PROJECT_UNKNOWN`, `GUARD_ENGINE_OTHER`, `VOLUME_UNKNOWN`, `STACK_UNKNOWN`, `ENGINE_*`
 */
export async function planGuard(
  engine: EngineControl,
  request: GuardRequest,
  command: Guarded | undefined,
  now: Date,
): Promise<GuardPlan> {
  const { argv, stacks, volumes, directory, environment } = request;
  const discovery = await discover(engine, { layers: false, contents: false, now });
  const unknownVolume = volumes.find((name) => !discovery.volumes.some((volume) => volume.name === name));
  const unknownStack = stacks.find((name) => !discovery.stacks.some((stack) => stack.name === name));
  if (unknownVolume !== undefined) throw unknown('VOLUME_UNKNOWN', 'volume', unknownVolume);
  if (unknownStack !== undefined) throw unknown('STACK_UNKNOWN', 'stack', unknownStack);
  const named = [
    ...stacks.map((name): Target => ({ kind: 'stack', name })),
    ...volumes.map((name): Target => ({ kind: 'target', name })),
  ];
  const members = discovery.containers.filter(({ stack }) => stack !== undefined && stacks.includes(stack));
  const program = (argv[0] ?? '').slice((argv[0] ?? '').lastIndexOf('/') + 1).slice(0, 100);
  if (command === undefined) return { words: program, targets: named, containers: members, problems: [] };
  if (command.words.startsWith('podman') && !engine.podman) {
    throw new HoldfastError(
      'GUARD_ENGINE_OTHER',
      `The command is Podman’s, and at ${engine.address} answers another engine`,
      {
        kind: 'usage',
        hint: 'Start its API (podman system service) and name it with --engine.',
      },
    );
  }
  const compose = command.kind === 'compose' ? await askCompose(command, environment, directory) : undefined;
  if (command.kind === 'compose' && compose === undefined && named.length === 0) {
    throw new HoldfastError('GUARD_PROJECT_UNKNOWN', 'It was not run: which project it is of is not certain', {
      kind: 'usage',
      hint: 'Give its name: --stack NAME to guard, or --project-name to Compose.',
    });
  }
  const meant = await withMeantNames(engine, discovery, command);
  const found = guardTargets(discovery, meant, compose, directory);
  const unasked: readonly Problem[] =
    compose !== undefined && compose.volumes === undefined
      ? [
          {
            code: 'GUARD_COMPOSE_UNASKED',
            message: `Compose could not be asked for its volumes (config --format json): those that no container of ${compose.project} uses, and that it did not make, are not kept`,
          },
        ]
      : [];
  const all = new Map([...named, ...found.targets].map((target) => [`${target.kind} ${target.name}`, target]));
  return {
    ...{ words: command.words, command, targets: [...all.values()] },
    containers: [...members, ...found.containers],
    problems: [...found.problems, ...unasked],
  };
}

export interface KeepDeps extends JobDeps {
  readonly step: (text: string) => void;
  readonly progress: (progress: JobProgress) => void;
}

/** Takes snapshots of all that a command touches. One that fails, or is incomplete, is `failed`. */
export async function keepTargets(deps: KeepDeps, { targets, containers }: GuardPlan): Promise<Kept> {
  const { step, ...taking } = deps;
  const taken = await takeTargets(taking, targets, ({ name }) => step(`Snapshot of ${name}`));
  const snapshots = [...taken.snapshots, ...taken.stacks.flatMap((stack) => stack.snapshots)];
  const incomplete = snapshots.find(({ complete }) => !complete);
  const problems = [...snapshots, ...taken.stacks].flatMap((one) => one.problems);
  const interrupted = taken.failed.find(({ problem }) => problem.code === INTERRUPTED);
  const failed: Problem | undefined =
    (interrupted ?? taken.failed[0])?.problem ??
    (incomplete === undefined
      ? undefined
      : { code: 'SNAPSHOT_INCOMPLETE', message: `The snapshot of ${incomplete.volume} is not complete` });
  return {
    snapshots: snapshots.map(({ volume, snapshot }) => ({ volume, snapshot })),
    images: imagesOf(containers),
    ...(failed === undefined ? {} : { failed }),
    problems,
  };
}

const INTERRUPTED = 'SNAPSHOT_INTERRUPTED';

/**
 * Whether a command is run after what was kept before it. Whoever interrupts that wants nothing to be run, whatever was said
 * before.
 */
export function isToBeRun({ failed }: Pick<Kept, 'failed'>, evenWithoutSnapshot: boolean): boolean {
  return failed === undefined || (evenWithoutSnapshot && failed.code !== INTERRUPTED);
}

function imagesOf(containers: readonly DiscoveredContainer[]): GuardRan['images'] {
  return containers.flatMap(({ name, image, imageId }) =>
    imageId === undefined ? [] : [{ container: name, reference: image, id: imageId }],
  );
}

/** Writes on the record that a command was run. @throws `LEDGER_*`, `DATABASE_*` */
export async function recordGuard(
  { ledger }: Pick<OpenRecord, 'ledger'>,
  actor: string,
  { words, targets }: GuardPlan,
  { snapshots, images, failed }: Kept,
  repository: string,
  exitCode: number,
): Promise<void> {
  const cut = (text: string) => text.toWellFormed().slice(0, 200);
  const data: GuardRan = {
    command: words,
    targets: targets.slice(0, MOST).map(({ kind, name }) => ({ kind, name: cut(name) })),
    ...(targets.length === 0 ? {} : { repository }),
    snapshots: snapshots.slice(0, MOST).map(({ volume, snapshot }) => ({ volume: cut(volume), snapshot })),
    images: images
      .slice(0, MOST)
      .map(({ container, reference, id }) => ({ container: cut(container), reference: cut(reference), id: cut(id) })),
    exitCode,
    ...(failed === undefined ? {} : { without: { code: failed.code, message: cut(failed.message) } }),
  };
  await ledger.append({ stream: 'guard', events: [{ type: 'guard.ran', data }], actor });
}

function unknown(code: string, what: string, name: string): HoldfastError {
  return new HoldfastError(code, `The engine has no ${what} ${JSON.stringify(name.slice(0, 200))}`, {
    kind: 'usage',
    hint: 'holdfast volume ls lists what is there.',
  });
}
