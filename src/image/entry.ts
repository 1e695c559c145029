export type { EntryType, TarEntry as LayerEntry } from '#base/tar/entry.ts';
