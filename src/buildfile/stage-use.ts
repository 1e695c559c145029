import type { BuildFile, Stage } from '#buildfile/model/build-file.ts';
import { flagValue, type Instruction } from '#buildfile/model/instruction.ts';
import { mountOptions } from '#buildfile/sites.ts';

/** Stages that others go on from, copy from or mount. Those that are left are the images that the file is for. */
export function usedStages({ stages }: BuildFile): ReadonlySet<Stage> {
  const used = new Set<Stage>();
  const byName = new Map<string, Stage>();
  for (const stage of stages) {
    if (stage.parent !== undefined) used.add(stage.parent);
    for (const name of stage.instructions.flatMap(sourcesOf)) {
      const found = byName.get(name.toLowerCase()) ?? (/^\d+$/.test(name) ? stages[Number(name)] : undefined);
      if (found !== undefined && found !== stage) used.add(found);
    }
    if (stage.alias !== undefined) byName.set(stage.alias.toLowerCase(), stage);
  }
  return used;
}

/** Names or numbers of stages, and images, that an instruction takes files from. */
function sourcesOf(instruction: Instruction): readonly string[] {
  const copied = instruction.keyword === 'COPY' ? flagValue(instruction, 'from') : undefined;
  return [copied, ...mountOptions(instruction).map((options) => options.get('from'))].filter(
    (name) => name !== undefined,
  );
}
