import { unreadableInventory } from '#app/projections/contents.ts';
import { streamOf } from '#app/target-stream.ts';
import type { ImageInventoried } from '#inventory/events.ts';
import type { TableProjection } from '#ledger/projection/projection.ts';

/** Every image and other target on the record: when it was first and last looked into, and what was seen then. */
export const imagesProjection: TableProjection = {
  kind: 'tables',
  id: 'images',
  version: 2,
  handles: ['image.inventoried'],
  when: 'catch-up',
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
  // What it says is unknown; whose it is, its stream says.
  unreadable: ({ stream, at, position }) => {
    const row = { image: stream, reference: stream, inventory: unreadableInventory(position), at, position };
    return [
      { kind: 'add', table: 'first', row: { image: stream, at, position } },
      { kind: 'put', table: 'last', row },
    ];
  },
};
