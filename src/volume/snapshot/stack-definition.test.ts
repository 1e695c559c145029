import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseStackDefinition, type StackDefinition } from './stack-definition.ts';

const definition: StackDefinition = {
  ...{ holdfast: 'stack', version: 1, stack: 'shop', kind: 'compose', at: '2026-01-01T00:00:00.000Z' },
  engine: { product: 'docker', version: '28' },
  parts: [{ volume: 'shop_db', snapshot: 'a'.repeat(64), driver: 'local', labels: { a: 'b' } }],
  networks: [{ name: 'shop', create: { Driver: 'bridge' } }],
  containers: [
    {
      ...{ name: 'db', image: 'postgres:17', digests: [`postgres@sha256:${'b'.repeat(64)}`], running: true },
      ...{ create: { Env: ['A=b'] }, endpoints: { shop: {} }, binds: [] },
    },
  ],
  leftOut: [],
};

describe('the definition of a stack', () => {
  it('is read as it was written', () => {
    expect(parseStackDefinition(Buffer.from(JSON.stringify(definition)))).toEqual(definition);
  });

  it('of another kind, version or shape is refused in one way, whatever it is', () => {
    const refused = expect.objectContaining({ code: 'STACK_DEFINITION_INVALID' });
    for (const other of [{ version: 2 }, { kind: 'other' }, { parts: [{ volume: 'x', snapshot: '../../etc' }] }]) {
      expect(() => parseStackDefinition(Buffer.from(JSON.stringify({ ...definition, ...other })))).toThrow(refused);
    }
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(() => parseStackDefinition(Buffer.from(text))).toThrow(refused);
      }),
      { numRuns: 50 },
    );
  });
});
