import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ComposeMeaning } from '#app/volume/guard/ask-compose.ts';
import type { Target } from '#app/volume/snapshot/take-all.ts';
import type { Problem } from '#core/errors.ts';
import type { DiscoveredContainer, Discovery } from '#volume/discover/discovery.ts';
import type { Guarded } from '#volume/guard/parse-command.ts';
import { findBind } from '#volume/snapshot/bind-source.ts';

/** What is to be taken before a command, and which containers it is about. */
export interface GuardTargets {
  readonly targets: readonly Target[];
  readonly containers: readonly DiscoveredContainer[];
  readonly problems: readonly Problem[];
}

const PROJECT_LABELS = ['com.docker.compose.project', 'io.podman.compose.project'];

/**
 * The stacks, volumes and directories of the host that a command touches, as far as they are there.
 * @param directory where the command is run: paths may be relative
 */
export function guardTargets(
  discovery: Discovery,
  command: Guarded,
  compose: ComposeMeaning | undefined,
  directory: string,
): GuardTargets {
  switch (command.kind) {
    case 'volumes':
      return noting(
        command.names.filter((name) => !discovery.volumes.some((volume) => volume.name === name)),
        found(discovery, command.names, [], []),
      );
    case 'containers':
      return noting(
        command.names.filter((name) => chosen(discovery, [name]).length === 0),
        found(discovery, [], [], chosen(discovery, command.names)),
      );
    case 'run': {
      const binds = command.binds.map((path) => resolve(directory, path));
      return found(discovery, command.volumes, binds, chosen(discovery, command.containers));
    }
    case 'compose': {
      const project = compose?.project ?? '';
      const stack = discovery.stacks.find(({ name }) => name === project);
      const members = discovery.containers.filter((container) => container.stack === project);
      const inStack = new Set(members.flatMap(({ mounts }) => mounts.map(({ source }) => source)));
      const labelled = discovery.volumes
        .filter(({ labels }) => PROJECT_LABELS.some((label) => labels[label] === project))
        .map(({ name }) => name);
      const names = [...labelled, ...(compose?.volumes ?? []), ...command.volumes].filter((name) => !inStack.has(name));
      const binds = command.binds.map((path) => resolve(directory, path)).filter((path) => !inStack.has(path));
      const more = found(discovery, names, binds, chosen(discovery, command.containers));
      const own: readonly Target[] = stack === undefined ? [] : [{ kind: 'stack', name: project }];
      return { ...more, targets: [...own, ...more.targets], containers: [...members, ...more.containers] };
    }
  }
}

function noting(absent: readonly string[], targets: GuardTargets): GuardTargets {
  const problems = absent.map((name) => ({
    code: 'GUARD_NOT_THERE',
    message: `The engine has no ${name.slice(0, 100)}: nothing of it is kept`,
  }));
  return { ...targets, problems: [...targets.problems, ...problems] };
}

function found(
  discovery: Discovery,
  names: readonly string[],
  paths: readonly string[],
  containers: readonly DiscoveredContainer[],
): GuardTargets {
  const mounts = containers.flatMap((container) => container.mounts.filter(({ writable }) => writable));
  const volumes = new Set([
    ...names,
    ...mounts.filter(({ kind }) => kind === 'volume' || kind === 'anonymous').map(({ source }) => source),
  ]);
  const there = discovery.volumes.map(({ name }) => name).filter((name) => volumes.has(name));
  const problems: Problem[] = [];
  const binds = [...paths, ...mounts.filter(({ kind }) => kind === 'bind').map(({ source }) => source)].flatMap(
    (path) => {
      if (!isThere(path)) return [];
      try {
        return [findBind(path)];
      } catch {
        problems.push({
          code: 'GUARD_BIND_LEFT_OUT',
          message: 'A directory of the host that is no data of its own is not kept',
          path,
        });
        return [];
      }
    },
  );
  const targets = [...there, ...new Set(binds)].map((name): Target => ({ kind: 'target', name }));
  return { targets, containers, problems };
}

function chosen({ containers }: Discovery, names: readonly string[]): readonly DiscoveredContainer[] {
  return containers.filter(({ id, name }) =>
    names.some((one) => one === name || (/^[0-9a-f]+$/.test(one) && id.startsWith(one))),
  );
}

function isThere(path: string): boolean {
  try {
    realpathSync(path);
    return true;
  } catch {
    return false;
  }
}
