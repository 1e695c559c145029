import type { ImageConfig } from '#core/oci/config.ts';

const LENGTH_LIMIT = 2_000;
const SHELL = '/bin/sh -c ';
const NOP = '#(nop)';
const BUILDKIT = ' # buildkit';

/** What the shell was given, behind the build arguments that the builder lists before it (`|2 A=1 B=2 /bin/sh -c …`). */
function shellCommand(step: string): string | undefined {
  if (step.startsWith(SHELL)) return step.slice(SHELL.length).trimStart();
  if (!/^\|\d+ /.test(step)) return undefined;
  const shell = step.indexOf(` ${SHELL}`);
  return shell < 0 ? undefined : step.slice(shell + SHELL.length + 1).trimStart();
}

/** A step as it stood in the Dockerfile, as far as the history tells: one line, the builder's additions taken off. */
function instructionOf(createdBy: string): string | undefined {
  const line = createdBy
    .slice(0, LENGTH_LIMIT * 2)
    .replace(/[\u0000-\u0020\u007f-\u009f\u2028\u2029]+/g, ' ')
    .trim();
  const step = line.endsWith(BUILDKIT) ? line.slice(0, -BUILDKIT.length).trimEnd() : line;
  const run = step.startsWith('RUN ') ? step.slice('RUN '.length) : step;
  const command = shellCommand(run);
  const nop = command?.startsWith(NOP) ? command.slice(NOP.length).trim() : undefined;
  const instruction = nop ?? (command === undefined ? step : `RUN ${command}`);
  if (instruction === '') return undefined;
  return instruction.length > LENGTH_LIMIT ? `${instruction.slice(0, LENGTH_LIMIT).toWellFormed()}…` : instruction;
}

/**
 * The build step that made each layer, bottom first: the history entries that are not empty (OCI image specification,
 * config, `history`), cleaned of what Docker, BuildKit and Buildah add. Undefined for a layer whose step is not known,
 * and for all of them when the history does not have one entry for each layer: then nothing tells which is whose.
 */
export function layerInstructions(config: ImageConfig): readonly (string | undefined)[] {
  const steps = config.history.filter(({ emptyLayer }) => !emptyLayer);
  if (steps.length !== config.diffIds.length) return config.diffIds.map(() => undefined);
  return steps.map(({ createdBy }) => (createdBy === undefined ? undefined : instructionOf(createdBy)));
}
