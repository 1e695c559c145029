import type { Advisory } from '#advisory/advisory.ts';

/**
 * Databases whose records are bulletins: one update of a distribution's packages, any number of flaws. A bulletin is
 * published when the mended packages are.
 */
const BULLETINS: ReadonlySet<string> = new Set([
  ...['ALBA', 'ALEA', 'ALSA', 'DLA', 'DSA', 'DTSA', 'ELA', 'LSN', 'MGASA', 'RHBA', 'RHEA', 'RHSA'],
  ...['RLBA', 'RLEA', 'RLSA', 'RXSA', 'SUSE', 'USN', 'openEuler', 'openSUSE'],
]);

/** Whether an id is a bulletin's, by what it begins with. */
export function isBulletin(id: string): boolean {
  return BULLETINS.has(id.split('-', 1)[0] ?? '');
}

/**
 * When the versions that an advisory names as fixed were published, ISO 8601: what a bulletin says of it, or is. Undefined
 * where nobody says: the date of any other record is that of the flaw.
 */
export function fixDateOf({
  id,
  published,
  fixPublished,
}: Pick<Advisory, 'id' | 'published' | 'fixPublished'>): string | undefined {
  return fixPublished ?? (isBulletin(id) ? published : undefined);
}
