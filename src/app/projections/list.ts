import { contentsProjection } from '#app/projections/contents.ts';
import { flawsProjection } from '#app/projections/flaws.ts';
import { imagesProjection } from '#app/projections/images.ts';

/** Every read model of the ledger. */
export const PROJECTIONS = [imagesProjection, contentsProjection, flawsProjection] as const;
