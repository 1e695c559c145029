import { describe, expect, it } from 'vitest';
import { rateCvss } from '#advisory/cvss/score.ts';

/** Scores that the specifications' examples and the vulnerability databases publish for these vectors. */
const PUBLISHED: readonly (readonly [vector: string, score: number, level: string])[] = [
  ['AV:N/AC:L/Au:N/C:N/I:N/A:C', 7.8, 'high'],
  ['AV:N/AC:L/Au:N/C:C/I:C/A:C', 10, 'critical'],
  ['AV:L/AC:H/Au:N/C:C/I:C/A:C', 6.2, 'medium'],
  ['(AV:N/AC:M/Au:N/C:P/I:P/A:P)', 6.8, 'medium'],
  ['AV:N/AC:L/Au:N/C:N/I:N/A:N', 0, 'negligible'],
  ['CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N', 6.1, 'medium'],
  ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H', 10, 'critical'],
  ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', 9.8, 'critical'],
  ['CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H', 7.2, 'high'],
  ['CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:L/I:L/A:H', 6.6, 'medium'],
  ['CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:L', 1.6, 'low'],
  ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N', 0, 'negligible'],
  ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:U/RL:O/RC:U', 9.8, 'critical'],
  ['CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H', 10, 'critical'],
  ['CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N', 9.3, 'critical'],
  ['CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N', 7.7, 'high'],
  ['CVSS:4.0/AV:L/AC:L/AT:N/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U', 8.5, 'high'],
  ['CVSS:4.0/AV:N/AC:H/AT:P/PR:L/UI:N/VC:L/VI:L/VA:N/SC:N/SI:N/SA:N', 2.3, 'low'],
  ['CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N', 0, 'negligible'],
];

describe('rateCvss', () => {
  it.each(PUBLISHED)('rates %s as %d, %s', (vector, score, level) => {
    expect(rateCvss(vector)).toMatchObject({ score, level });
  });

  it('names the version that the vector is of', () => {
    expect(rateCvss('AV:N/AC:L/Au:N/C:N/I:N/A:C')?.source).toBe('cvss:2.0');
    expect(rateCvss('CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N')?.source).toBe('cvss:3.0');
    expect(rateCvss('CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N')?.source).toBe('cvss:4.0');
  });

  it.each([
    '',
    'high',
    '7.5',
    'CVSS:3.1/AV:N/AC:L',
    'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:X',
    'CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    'CVSS:9.9/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:S/SA:H',
    `CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H${'/X:X'.repeat(1000)}`,
  ])('does not rate %s', (vector) => {
    expect(rateCvss(vector)).toBeUndefined();
  });
});
