import { streamOf } from '#app/target-stream.ts';
import type { ImageInventoried } from '#inventory/events.ts';
import type { TableProjection } from '#ledger/projection/projection.ts';

/** Every image and other target on the record: when it was first and last looked into, and what was seen then. */
export const imagesProjection: TableProjection = {
  kind: 'tables',
  id: 'images',
  version: 1,
  handles: ['image.inventoried'],
  when: 'in-append',
  tables: {
    first: { columns: { image: 'text', at: 'text', position: 'integer' }, key: ['image'] },
    last: {
      columns: { image: 'text', reference: 'text', inventory: 'text', at: 'text', position: 'integer' },
      key: ['image'],
      indexes: [['inventory']],
    },
  },
  apply: ({ known, at, position }) => {
    const { target, inventory } = known as ImageInventoried;
    const image = streamOf(target);
    return [
      { kind: 'add', table: 'first', row: { image, at, position } },
      { kind: 'put', table: 'last', row: { image, reference: target.reference, inventory, at, position } },
    ];
  },
};
