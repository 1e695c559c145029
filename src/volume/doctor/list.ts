import type { DoctorRule } from '#volume/doctor/rule.ts';
import { anonymousVolume } from '#volume/doctor/rules/anonymous-volume.ts';
import { dataOnNoMount } from '#volume/doctor/rules/data-on-no-mount.ts';
import { databaseInLayer } from '#volume/doctor/rules/database-in-layer.ts';
import { databaseOnTmpfs } from '#volume/doctor/rules/database-on-tmpfs.ts';
import { emptyVolume } from '#volume/doctor/rules/empty-volume.ts';
import { layerGrows } from '#volume/doctor/rules/layer-grows.ts';
import { mountOneOff } from '#volume/doctor/rules/mount-one-off.ts';
import { noRecentSnapshot } from '#volume/doctor/rules/no-recent-snapshot.ts';
import { orphanedData } from '#volume/doctor/rules/orphaned-data.ts';
import { removedWithContainer } from '#volume/doctor/rules/removed-with-container.ts';
import { repositoryTooSmall } from '#volume/doctor/rules/repository-too-small.ts';
import { sensitiveBind } from '#volume/doctor/rules/sensitive-bind.ts';
import { sqliteOnNetwork } from '#volume/doctor/rules/sqlite-on-network.ts';
import { twoStacks } from '#volume/doctor/rules/two-stacks.ts';

/** Every rule; of those about loss the one that says most about a place stands before the others. */
export const DOCTOR_RULES: readonly DoctorRule[] = [
  mountOneOff,
  removedWithContainer,
  dataOnNoMount,
  databaseInLayer,
  anonymousVolume,
  databaseOnTmpfs,
  emptyVolume,
  layerGrows,
  sqliteOnNetwork,
  twoStacks,
  sensitiveBind,
  orphanedData,
  noRecentSnapshot,
  repositoryTooSmall,
];
