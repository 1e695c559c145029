import type { Problem } from '#core/errors.ts';

/** Collects what could not be read of one file; the reading goes on. */
export interface Damage {
  /** `message` is one sentence without a full stop. */
  report(code: string, message: string): void;
}

/** A damage list that holds one problem a code, however often it is reported: hostile files are damaged everywhere. */
export interface DamageList extends Damage {
  /** In the order of the first report, with how often each came. */
  problems(path: string): readonly Problem[];
}

const HINT = 'Packages may be missing from this list. Rebuild the image, or repair the database with rpm --rebuilddb.';

export function damageList(): DamageList {
  const found = new Map<string, { readonly message: string; times: number }>();
  return {
    report: (code, message) => {
      const known = found.get(code);
      if (known === undefined) found.set(code, { message, times: 1 });
      else known.times += 1;
    },
    problems: (path) =>
      [...found].map(([code, { message, times }]) => ({
        code,
        message: times === 1 ? message : `${message} (the first of ${times} such places)`,
        path,
        hint: HINT,
      })),
  };
}
