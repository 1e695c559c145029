import type { Problem } from '#core/errors.ts';

/** Collects what could not be read of one file; the reading goes on. */
export interface Damage {
  /** `message` is one sentence without a full stop. */
  report(code: string, message: string): void;
  /** True when so much is damaged that reading on would only cost time. */
  hopeless(): boolean;
}

/** One problem a code, however often it is reported, and `RPM_TOO_DAMAGED` when there was too much of it. */
export interface DamageList extends Damage {
  /** In the order of the first report, with how often each came. */
  problems(path: string): readonly Problem[];
}

/** Each damaged place costs time, and a hostile file can have millions. */
const MAX_REPORTS = 10_000;
const HINT = 'Packages may be missing from this list. Rebuild the image, or repair the database with rpm --rebuilddb.';

export function damageList(): DamageList {
  const found = new Map<string, { readonly message: string; times: number }>();
  let reports = 0;
  return {
    hopeless: () => reports >= MAX_REPORTS,
    report: (code, message) => {
      reports += 1;
      const known = found.get(code);
      if (known === undefined) found.set(code, { message, times: 1 });
      else known.times += 1;
    },
    problems: (path) => {
      const problems = [...found].map(([code, { message, times }]) => ({
        code,
        message: times === 1 ? message : `${message} (the first of ${times} such places)`,
        path,
        hint: HINT,
      }));
      if (reports < MAX_REPORTS) return problems;
      const message = `The file has over ${MAX_REPORTS} damaged places and was not read to its end`;
      return [...problems, { code: 'RPM_TOO_DAMAGED', message, path, hint: HINT }];
    },
  };
}
