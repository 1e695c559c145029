import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { field, integer, items, pairs, text, truth } from '#workload/document/fields.ts';
import { type Node, positionOf } from '#workload/document/node.ts';
import { readJson } from '#workload/document/read-json.ts';
import { readYaml } from '#workload/document/read-yaml.ts';
import { runs } from '../../../test/harness/runs.ts';

const yaml = (given: string) => readYaml({ path: 'f', text: given });
const codes = (given: string) => yaml(given).problems.map(({ code }) => code);
function root(given: string): Node {
  const [document] = yaml(given).documents;
  if (document === undefined) throw new Error('no document');
  return document.root;
}

/** What a node means by JSON's rules. */
function plain(node: Node): unknown {
  if (node.kind === 'list') return node.items.map(plain);
  if (node.kind === 'map') {
    return Object.fromEntries(node.pairs.map(({ key, value }) => [key.text, plain(value)]));
  }
  return node.plain ? JSON.parse(node.text) : node.text;
}

describe('a text becomes nodes with places', () => {
  it('whatever its line ends are', () => {
    for (const end of ['\n', '\r\n']) {
      const node = field(root(['a: 1', 'b:', '  c: true', ''].join(end)), 'b', 'c');
      expect(truth(node)).toBe(true);
      expect(node && positionOf(node)).toMatchObject({ line: 3, column: 6, endLine: 3, endColumn: 9 });
    }
  });

  it('anchors, aliases and merge keys are followed', () => {
    const node = root('x: &x {a: 1, b: 2}\ny:\n  <<: *x\n  b: 3\nz:\n  <<: [{c: 4}, *x]\n');
    expect(pairs(field(node, 'y')).map(({ key, value }) => [key.text, text(value)])).toEqual([
      ['b', '3'],
      ['a', '1'],
    ]);
    expect(integer(field(node, 'z', 'c'))).toBe(4);
    expect(integer(field(node, 'z', 'a'))).toBe(1);
  });

  it('documents are many, and a bad one leaves the others', () => {
    const file = yaml('a: 1\n---\nb: [\n---\nc: 3\n');
    expect(file.documents.map((document) => pairs(document.root)[0]?.key.text)).toEqual(['a', 'c']);
    expect(file.problems).toMatchObject([
      { code: 'WORKLOAD_YAML_INVALID', message: expect.stringMatching(/^f:\d+:\d+ /) },
    ]);
  });

  it('a name given twice is said, and the last counts', () => {
    const [document] = yaml('a: 1\na: 2\n').documents;
    expect(document?.problems).toMatchObject([{ code: 'WORKLOAD_KEY_TWICE' }]);
    expect(text(field(document?.root, 'a'))).toBe('2');
  });

  it('tabs that indent are a problem, tabs in JSON are not', () => {
    expect(codes('a:\n\tb: 1\n')).toEqual(['WORKLOAD_YAML_INVALID']);
    expect(codes('{\n\t"a": [\n\t\t1\n\t]\n}')).toEqual([]);
  });

  it('truth and numbers are those of YAML 1.1, null says nothing', () => {
    const node = root('a: yes\nb: off\nc: "on"\nd: 0x10\ne: 1_000\nf: ~\ng: null\nh: "null"\ni:\n');
    expect([truth(field(node, 'a')), truth(field(node, 'b')), truth(field(node, 'c'))]).toEqual([true, false, true]);
    expect([integer(field(node, 'd')), integer(field(node, 'e'))]).toEqual([16, 1000]);
    expect([field(node, 'f'), field(node, 'g'), text(field(node, 'h')), field(node, 'i')]).toEqual([
      undefined,
      undefined,
      'null',
      undefined,
    ]);
  });
});

describe('hostile texts are problems', () => {
  const bomb = `a: &a [x,x,x,x,x,x,x,x,x,x]\n${'bcdefgh'
    .split('')
    .map((name, at) => `${name}: &${name} [${Array(10).fill(`*${'abcdefg'[at]}`).join(',')}]`)
    .join('\n')}\n`;

  it.each([
    ['nested brackets', '['.repeat(100_000), 'WORKLOAD_TOO_DEEP'],
    ['nested dashes', '- '.repeat(100_000), 'WORKLOAD_TOO_DEEP'],
    ['nested questions', '? '.repeat(100_000), 'WORKLOAD_TOO_DEEP'],
    ['nested maps', '{a: '.repeat(100_000), 'WORKLOAD_TOO_DEEP'],
    ['a bomb of aliases', bomb, 'WORKLOAD_YAML_BOMB'],
    ['an anchor that holds itself', 'a: &a [*a]\n', 'WORKLOAD_ALIAS'],
    ['an alias of nothing', 'a: *b\n', 'WORKLOAD_ALIAS'],
    ['a text of errors', '}\n'.repeat(200_000), 'WORKLOAD_YAML_INVALID'],
    ['commas', `[${','.repeat(50_000)}]`, 'WORKLOAD_YAML_INVALID'],
  ])('%s', (_, given, code) => {
    expect(codes(given)).toEqual([code]);
  });

  it('and nothing throws', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom(
            'a',
            ': ',
            '- ',
            '\n',
            '  ',
            '[',
            ']',
            '{',
            '}',
            ',',
            '&x ',
            '*x',
            '!t ',
            '"',
            "'",
            '|',
            '>',
            '#',
            '? ',
            '<<',
            '---\n',
            '...\n',
            '%',
            '\t',
            '\0',
            '\r',
          ),
        ),
        (parts) => {
          for (const { root: node } of yaml(parts.join('')).documents) positionOf(node);
        },
      ),
      { numRuns: runs(1000) },
    );
  });
});

describe('JSON', () => {
  it('means what JSON.parse says, and the same as in YAML', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(0, 1, '\t'), (value, space) => {
        const given = JSON.stringify(value, undefined, space);
        const node = readJson({ path: 'f', text: ` ${given}\n` });
        expect(node && plain(node)).toEqual(JSON.parse(given));
      }),
    );
  });

  it('and YAML of the same value name the same things', () => {
    const value = { a: [1, { b: 'yes' }], c: { d: null, e: '' } };
    for (const given of [stringify(value), JSON.stringify(value)]) {
      const node = root(given);
      expect(text(field(items(field(node, 'a'))[1], 'b'))).toBe('yes');
      expect(field(node, 'c', 'd')).toBeUndefined();
      expect(text(field(node, 'c', 'e'))).toBe('');
    }
  });

  it.each([
    '',
    '{',
    '[1,]',
    '{"a":1,}',
    "{'a':1}",
    '01',
    '[1] x',
    '"\\x"',
    '{"a"}',
    `${'['.repeat(300)}${']'.repeat(300)}`,
  ])('is not %s', (given) => {
    expect(readJson({ path: 'f', text: given })).toBeUndefined();
  });
});
