import type { VerificationReport } from '#api/verification-report.ts';
import { wrapText } from '#report/columns.ts';
import { count } from '#report/next-steps.ts';
import type { Paint } from '#report/paint.ts';

type Tampering = VerificationReport['tampering'][number];

/** A verification in words: the verdict first, then how far it reaches. */
export function verificationLines(
  { outcome, size, root, key, tampering, anchored, anchors, clockSteps, problems }: VerificationReport,
  { width, paint }: { readonly width: number; readonly paint: Paint },
): readonly string[] {
  const wrap = (text: string) => wrapText(text, width, '  ');
  const damaged = tampering.every(({ kind }) => kind === 'damaged');
  const verdict =
    outcome === 'whole'
      ? [paint('green', `The record is whole: ${count(size, 'event')}.`)]
      : [
          paint('red', damaged ? 'THE RECORD IS DAMAGED.' : 'THE RECORD WAS TAMPERED WITH.'),
          ...tampering.flatMap((one) => wrap(`  ${inWords(one)}.`)),
          ...wrap(`The ${count(size, 'event')} before it fit together.`),
        ];
  const best = anchors.at(-1);
  const reach =
    best === undefined
      ? 'No outside checkpoint was given: all of it is unanchored. Whoever holds key and database could have rewritten it.'
      : `Anchored up to position ${anchored} by ${best.name}.`;
  const behind =
    best !== undefined && anchored < size
      ? wrap(`Unanchored: ${anchored + 1} to ${size}. Whoever holds key and database could have rewritten these.`)
      : [];
  return [
    ...verdict,
    ...wrap(reach),
    ...behind,
    ...(clockSteps.length === 0 ? [] : wrap(`The clock went back before ${clockSteps.join(', ')}.`)),
    ...problems.flatMap(({ message, code }) => wrap(`A copy could not be looked at: ${message} [${code}]`)),
    ...(root === '' ? [] : [`Root  ${root}`]),
    `Key   ${key}`,
  ];
}

function inWords({ kind, position, upTo, evidence }: Tampering): string {
  const where = upTo === undefined || upTo === position ? `Event ${position}` : `Event ${position} (or up to ${upTo})`;
  switch (kind) {
    case 'edited':
      return `${where} was edited: ${evidence}`;
    case 'deleted':
      return `${where} was deleted: ${evidence}`;
    case 'inserted':
      return `${where} was inserted: ${evidence}`;
    case 'reordered':
      return `${where} was moved: ${evidence}`;
    case 'truncated':
      return `The end was cut off from ${position} on: ${evidence}`;
    case 'rolled-back':
      return `The record was rolled back to before ${position}: ${evidence}`;
    case 'wrong-key':
      return `A checkpoint is not by this key: ${evidence}`;
    case 'damaged':
      return `The database cannot be read from some event after ${position - 1} on: ${evidence}`;
  }
}
