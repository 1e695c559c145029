/** Where something stands that a person can go to. Lines and columns count from 1; columns are UTF-16 units, as editors count. */
export type Position =
  | {
      readonly kind: 'file';
      /** As it was named, or found below what was named. */
      readonly path: string;
      readonly line: number;
      readonly column: number;
      /** The last character's place; absent where only the beginning is known. */
      readonly endLine?: number;
      readonly endColumn?: number;
    }
  | {
      readonly kind: 'layer';
      /** Counts from 0. */
      readonly layer: number;
      /** diffID, where the layer is known. */
      readonly digest?: string;
      /** Inside the image, with a leading slash; absent when the layer as such is meant. */
      readonly path?: string;
    }
  | {
      readonly kind: 'workload';
      /** What runs: `container/web`, `service/db`, `Deployment/shop/web`. */
      readonly workload: string;
      /** Below it, in the words of its dialect: `spec.containers[0].securityContext`. */
      readonly field?: string;
    };
