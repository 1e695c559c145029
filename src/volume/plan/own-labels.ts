import type { Problem } from '#core/errors.ts';
import type { PlannedCommand } from '#volume/plan/volume-plan.ts';

/** What the labels `holdfast.volume.*` of a container say. */
export interface OwnLabels {
  /** `method`: in the order to try; absent for `auto`. */
  readonly methods?: readonly string[];
  /** `dump`: a command whose output is the dump. */
  readonly command?: string;
  /** `user`: who runs its commands. */
  readonly user?: string;
  readonly before: readonly PlannedCommand[];
  /** `before-may-fail`. */
  readonly beforeMayFail: boolean;
  readonly after: readonly PlannedCommand[];
  readonly exclude: readonly string[];
  /** `dump-silence`. */
  readonly dumpSilenceMs?: number;
  readonly holdCapMs?: number;
  readonly stopCapMs?: number;
  readonly noStop: boolean;
  readonly problems: readonly Problem[];
  readonly notes: readonly Problem[];
}

const PREFIX = 'holdfast.volume.';
const METHODS: readonly string[] = ['dump', 'pause', 'reflink', 'stop', 'live'];
/** Others read these: what is shared on purpose, the probe of a drill, and what loads a dump in one. */
const OF_OTHERS = /^(?:shared|probe|drill|load)(?:[.-]|$)/;
const KNOWN: readonly string[] = [
  'method',
  'dump',
  'dump-silence',
  'user',
  'before',
  'before-may-fail',
  'after',
  'exclude',
  'hold-cap',
  'stop-cap',
  'no-stop',
];
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const MOST_CAP_MS = 24 * 3_600_000;

/** Reads them. A value that cannot be read is a problem, `PLAN_LABEL_INVALID`; a label that is not known is a note. */
export function ownLabels(labels: Readonly<Record<string, string>>): OwnLabels {
  const problems: Problem[] = [];
  const value = (name: string): string | undefined => {
    const text = Object.hasOwn(labels, `${PREFIX}${name}`) ? labels[`${PREFIX}${name}`]?.trim() : undefined;
    return text === '' ? undefined : text;
  };
  const invalid = (name: string, why: string) => {
    problems.push({
      code: 'PLAN_LABEL_INVALID',
      message: `The label ${PREFIX}${name} cannot be followed: ${why}`,
    });
    return undefined;
  };
  const duration = (name: string): number | undefined => {
    const text = value(name);
    if (text === undefined) return undefined;
    const match = /^(\d{1,9})(ms|s|m|h)$/.exec(text);
    const ms = Number(match?.[1]) * (UNITS[match?.[2] ?? ''] ?? Number.NaN);
    if (ms > 0 && ms <= MOST_CAP_MS) return ms;
    return invalid(name, `${JSON.stringify(text.slice(0, 100))} is no time such as 500ms, 10s, 5m or 1h`);
  };
  const flag = (name: string): boolean => {
    const text = value(name) ?? 'false';
    if (text !== 'true' && text !== 'false') {
      invalid(name, `${JSON.stringify(text.slice(0, 100))} is neither true nor false`);
      // Whoever writes it wants it.
      return true;
    }
    return text === 'true';
  };
  const list = (name: string): readonly string[] =>
    (value(name) ?? '')
      .split(',')
      .map((one) => one.trim())
      .filter((one) => one !== '');
  const method = list('method');
  const unknown = method.find((one) => !METHODS.includes(one) && one !== 'auto');
  if (unknown !== undefined) {
    invalid('method', `${JSON.stringify(unknown.slice(0, 100))} is none of auto, ${METHODS.join(', ')}`);
  } else if (method.includes('auto') && method.length > 1) invalid('method', 'auto stands alone');
  const methods = [...new Set(method.filter((one) => METHODS.includes(one)))];
  const user = value('user');
  const command = value('dump');
  const [holdCapMs, stopCapMs, dumpSilenceMs] = [duration('hold-cap'), duration('stop-cap'), duration('dump-silence')];
  const shell = (name: string): readonly PlannedCommand[] => {
    const text = value(name);
    const as = user === undefined ? {} : { user };
    return text === undefined ? [] : [{ argv: ['sh', '-c', text], label: `${PREFIX}${name}`, ...as }];
  };
  return {
    ...(methods.length === 0 ? {} : { methods }),
    ...(command === undefined ? {} : { command }),
    ...(user === undefined ? {} : { user }),
    before: shell('before'),
    beforeMayFail: value('before-may-fail') !== undefined && flag('before-may-fail'),
    after: shell('after'),
    exclude: list('exclude'),
    ...(dumpSilenceMs === undefined ? {} : { dumpSilenceMs }),
    ...(holdCapMs === undefined ? {} : { holdCapMs }),
    ...(stopCapMs === undefined ? {} : { stopCapMs }),
    noStop: flag('no-stop'),
    problems,
    notes: unknownLabels(labels),
  };
}

function unknownLabels(labels: Readonly<Record<string, string>>): readonly Problem[] {
  return Object.keys(labels)
    .filter((label) => label.startsWith(PREFIX))
    .map((label) => label.slice(PREFIX.length))
    .filter((name) => !KNOWN.includes(name) && !OF_OTHERS.test(name))
    .map((name) => ({
      code: 'PLAN_LABEL_UNKNOWN',
      message: `The label ${PREFIX}${name.slice(0, 100)} is not known`,
      hint: `There are ${KNOWN.join(', ')}.`,
    }));
}
