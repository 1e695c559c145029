import type { LintFile, LintKind, Surroundings } from '#app/lint/lint-kind.ts';
import { fixesFor } from '#buildfile/fix.ts';
import { type JudgeOptions, judgeBuildFile } from '#buildfile/judge.ts';
import { isBuildFile, mayBeBuildFile } from '#buildfile/recognise.ts';
import { BUILD_RULES } from '#buildfile/rules/list.ts';
import type { Problem } from '#core/errors.ts';

const KIND = 'dockerfile';

/** Dockerfiles and Containerfiles. */
export const buildFileKind: LintKind = {
  id: KIND,
  title: 'Dockerfiles and Containerfiles',
  rules: BUILD_RULES,
  mayBe: mayBeBuildFile,
  recognises: ({ path, text }) => isBuildFile(path, text),
  judge: async (file, around) => {
    const { reasons, problems } = judgeBuildFile(file.text, await optionsFor(file, around));
    return [{ path: file.path, kind: kindOf(problems), reasons, problems }];
  },
  fixes: async (file, around, wanted) => fixesFor(file.text, await optionsFor(file, around), wanted),
};

/** What nobody judged is not called what it was taken for. */
function kindOf(problems: readonly Problem[]): string {
  if (problems.some(({ code }) => code === 'BUILD_NOT_RENDERED')) return 'template';
  return problems.some(({ code }) => code === 'BUILD_TOO_LARGE') ? 'unknown' : KIND;
}

async function optionsFor({ path }: LintFile, { beside, settings }: Surroundings): Promise<JudgeOptions> {
  if (path === '-') return { path, settings, context: { ignoreLines: 'unknown' } };
  // Builders look for one of the file's own name first.
  const name = path.split('/').at(-1) ?? path;
  try {
    const ignored = (await beside(`${name}.dockerignore`)) ?? (await beside('.dockerignore'));
    return { path, settings, context: { ignoreLines: ignored?.split(/\r?\n/).map((line) => line.trim()) } };
  } catch {
    return { path, settings, context: { ignoreLines: 'unknown' } };
  }
}
