import { contentsProjection } from '#app/projections/contents.ts';
import { imagesProjection } from '#app/projections/images.ts';

/** Every read model of the ledger. */
export const PROJECTIONS = [imagesProjection, contentsProjection] as const;
