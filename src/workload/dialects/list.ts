import { compose } from '#workload/dialects/compose/index.ts';
import type { Dialect } from '#workload/dialects/dialect.ts';
import { docker } from '#workload/dialects/docker/index.ts';
import { ecs } from '#workload/dialects/ecs/index.ts';
import { kubernetes } from '#workload/dialects/kubernetes/index.ts';

/** Every dialect; the first that recognises a document reads it. A test compares this list with the folders. */
export const DIALECTS: readonly Dialect[] = [kubernetes, compose, ecs, docker];
