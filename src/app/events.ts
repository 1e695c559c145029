import { advisoriesUpdated } from '#advisory/events.ts';
import { imageInventoried } from '#inventory/events.ts';
import { ledgerOpened, ledgerRestored } from '#ledger/events.ts';
import { notificationFailed, notificationSent, targetAdded, targetRemoved } from '#notify/events.ts';
import { verdictReached } from '#policy/events.ts';
import { waiverGranted, waiverRevoked } from '#policy/waiver/events.ts';
import { snapshotProbed, volumeDrilled } from '#volume/drill/events.ts';
import {
  repositoryAdopted,
  repositoryChecked,
  repositoryCopied,
  repositoryInitialised,
  repositoryPasswordRotated,
} from '#volume/events.ts';
import { guardRan } from '#volume/guard/events.ts';
import { observerEnded, observerStarted, writersSeen } from '#volume/observe/events.ts';
import { volumeRemovalBegun, volumeRemoved } from '#volume/remove/events.ts';
import {
  repositoryPruned,
  retentionChanged,
  retentionFailed,
  retentionStarted,
  snapshotForgotten,
} from '#volume/retention/events.ts';
import { daemonEnded, daemonStarted, scheduleRemoved, scheduleSet } from '#volume/schedule/events.ts';
import { volumeCompared, volumeSignsAccepted, volumeSignsRaised } from '#volume/signs/events.ts';
import {
  snapshotFailed,
  snapshotFinished,
  snapshotStarted,
  stackRestored,
  stackSnapshotTaken,
  volumeRestored,
} from '#volume/snapshot/events.ts';

/** Every kind of event that this program records. */
export const EVENTS = [
  ledgerOpened,
  ledgerRestored,
  imageInventoried,
  verdictReached,
  waiverGranted,
  waiverRevoked,
  advisoriesUpdated,
  repositoryInitialised,
  repositoryAdopted,
  repositoryChecked,
  repositoryPasswordRotated,
  repositoryCopied,
  snapshotStarted,
  snapshotFinished,
  snapshotFailed,
  stackSnapshotTaken,
  stackRestored,
  volumeRestored,
  targetAdded,
  targetRemoved,
  notificationSent,
  notificationFailed,
  retentionChanged,
  retentionStarted,
  snapshotForgotten,
  retentionFailed,
  repositoryPruned,
  volumeCompared,
  volumeSignsRaised,
  volumeSignsAccepted,
  volumeRemovalBegun,
  volumeRemoved,
  observerStarted,
  observerEnded,
  writersSeen,
  scheduleSet,
  scheduleRemoved,
  daemonStarted,
  daemonEnded,
  snapshotProbed,
  volumeDrilled,
  guardRan,
] as const;
