import { statSync } from 'node:fs';
import type { AdvisoriesInfo } from '#advisory/advisory.ts';
import { feeds } from '#advisory/feeds/list.ts';
import { readInputs } from '#advisory/input/read-inputs.ts';
import { createAdvisoryWriter } from '#advisory/store/write.ts';
import { HoldfastError, type Problem } from '#core/errors.ts';

export interface BuildAdvisoriesOptions {
  /** Files and directories; among equal statements those of later ones count. */
  readonly from: readonly string[];
  /** The file to make. */
  readonly out: string;
  /** What the file says of its age. */
  readonly now: Date;
  /** The inputs' names in the file, where their own would mislead. */
  readonly sources?: readonly string[];
}

export interface BuiltAdvisories {
  readonly info: AdvisoriesInfo;
  readonly file: string;
  readonly sizeBytes: number;
  /** CVEs of which it is known whether they are, or how likely they will be, exploited. */
  readonly ratedCves: number;
  /** What was left out. */
  readonly problems: readonly Problem[];
}

/**
 * Makes a file of advisories from feeds (`holdfast db build`). The file that was there stays until the new one is whole.
 * @throws `ADVISORY_INPUT_MISSING`, `ADVISORY_INPUT_UNKNOWN`, `ADVISORY_INPUT_EMPTY`, `ADVISORY_INPUT_LIMIT`,
 * `ADVISORY_INPUT_UNREADABLE`, and what damaged archives throw
 */
export async function buildAdvisories(options: BuildAdvisoriesOptions): Promise<BuiltAdvisories> {
  const writer = createAdvisoryWriter({ file: options.out, kind: 'full', builtAt: options.now.toISOString() });
  let items = 0;
  try {
    const { sources, problems } = await readInputs(options.from, {
      feeds,
      take: (item, order) => {
        writer.add(item, order);
        items += 1;
      },
    });
    if (items === 0) {
      throw new HoldfastError(
        'ADVISORY_INPUT_EMPTY',
        `${options.from.join(', ')}: no advisory says anything about a package`,
        {
          kind: 'usage',
          hint: problems[0]?.message ?? 'The records name no affected packages.',
        },
      );
    }
    const info = await writer.finish(options.sources ?? sources);
    return { info, file: options.out, sizeBytes: statSync(options.out).size, ratedCves: writer.ratedCves(), problems };
  } finally {
    writer.dispose();
  }
}
