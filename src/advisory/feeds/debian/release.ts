import type { Advisory, FixState } from '#advisory/advisory.ts';
import { type JsonObject, textOf } from '#advisory/feeds/fields.ts';
import type { Severity } from '#core/severity.ts';

/** What the tracker says of a flaw in one release of one source package. */
export type ReleaseState = Pick<Advisory, 'status' | 'ranges' | 'versions' | 'severity' | 'fixState'>;

/** The tracker's urgencies; stars mark those that were not set by hand. */
const URGENCIES: Readonly<Record<string, Severity>> = {
  unimportant: 'negligible',
  low: 'low',
  medium: 'medium',
  high: 'high',
};

function severityOf(urgency: string): Severity | undefined {
  const word = urgency.replace(/\*+$/, '');
  return Object.hasOwn(URGENCIES, word) ? URGENCIES[word] : undefined;
}

function fixStateOf(release: JsonObject, urgency: string): FixState {
  if (urgency === 'end-of-life') return 'end-of-life';
  if (release['nodsa'] === undefined && release['nodsa_reason'] === undefined) return 'open';
  const reason = release['nodsa_reason'];
  return reason === 'ignored' || reason === 'postponed' ? reason : 'no-dsa';
}

/**
 * Reads `{status, fixed_version, urgency, nodsa, nodsa_reason}` of one release; undefined for a status that is not
 * known. A fixed version of `0` is the tracker's way to say that the release was never affected.
 */
export function releaseState(release: JsonObject): ReleaseState | undefined {
  const urgency = textOf(release['urgency']) ?? '';
  const level = severityOf(urgency);
  const rated = level === undefined ? {} : { severity: { level, source: 'debian' } };
  const all = { introduced: '0' };
  switch (release['status']) {
    case 'resolved': {
      const fixed = textOf(release['fixed_version']);
      if (fixed === undefined) return undefined;
      if (fixed === '0') return { status: 'not-affected', ranges: [], versions: [], ...rated };
      return { status: 'affected', ranges: [{ type: 'ECOSYSTEM', events: [all, { fixed }] }], versions: [], ...rated };
    }
    case 'open': {
      const fixState = fixStateOf(release, urgency);
      return { status: 'affected', ranges: [{ type: 'ECOSYSTEM', events: [all] }], versions: [], ...rated, fixState };
    }
    case 'undetermined':
      return { status: 'undetermined', ranges: [], versions: [], ...rated };
    default:
      return undefined;
  }
}
