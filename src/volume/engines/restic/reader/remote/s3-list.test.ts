import fc from 'fast-check';
import { expect, it } from 'vitest';
import { runs } from '../../../../../../test/harness/runs.ts';
import { parseListPage } from './s3-list.ts';

const page = (inner: string) => `<?xml version="1.0"?><ListBucketResult>${inner}</ListBucketResult>`;
const object = (key: string, size: string) =>
  `<Contents><Key>${key}</Key><ETag>"x"</ETag><Size>${size}</Size></Contents>`;

it('reads keys, sizes, and how the list goes on', () => {
  const more = '<IsTruncated>true</IsTruncated><NextContinuationToken>a&amp;b&#x3c;&#62;/+=</NextContinuationToken>';
  expect(parseListPage(page(more + object('k/1', '5') + object('k/2', '17')), false)).toEqual({
    objects: [
      { key: 'k/1', sizeBytes: 5 },
      { key: 'k/2', sizeBytes: 17 },
    ],
    next: 'a&b<>/+=',
    broken: false,
  });
});

it('goes on after the last key in the first version of lists', () => {
  const text = page(`<IsTruncated>true</IsTruncated>${object('k/1', '5')}${object('k/2', '6')}`);
  expect(parseListPage(text, true)).toMatchObject({ next: 'k/2', broken: false });
  expect(parseListPage(text, false)).toMatchObject({ broken: true });
});

it.each(['-1', '1e3', '', '99999999999999999999', 'x'])('a size of "%s" is none', (size) => {
  expect(parseListPage(page(object('k', size)), false).objects).toEqual([{ key: 'k', sizeBytes: -1 }]);
});

it('takes any text, and its time grows with its length', () => {
  const parts = fc.constantFrom(
    '<Contents>',
    '</Contents>',
    '<Key>',
    '</Key>',
    '<Size>',
    '7',
    '</Size>',
    '&#x110000;',
    'k',
  );
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 60 }), (text) => {
      for (const { sizeBytes } of parseListPage(text.join(''), false).objects)
        expect([-1, 7]).toContain(sizeBytes % 10);
    }),
    { numRuns: runs(300) },
  );
  // Read anew from each of them, it would take minutes.
  expect(parseListPage('<Contents>'.repeat(400_000), false).objects).toEqual([]);
  expect(parseListPage('<Contents><Key>'.repeat(300_000), false).objects).toEqual([]);
});
