import type { BuildRule } from '#buildfile/rule.ts';
import { apkCacheKept, apkUnpinned } from '#buildfile/rules/apk.ts';
import { aptAsks, aptCommand, aptRecommends, aptUnpinned, aptUpdateAlone } from '#buildfile/rules/apt.ts';
import { aptListsKept } from '#buildfile/rules/apt-lists.ts';
import { dnfAsks, yumAsks, zypperAsks } from '#buildfile/rules/asks.ts';
import {
  baseWithoutDigest,
  fixedPlatform,
  latestBase,
  redundantPlatform,
  untaggedBase,
  untrustedRegistry,
} from '#buildfile/rules/base-image.ts';
import { dnfCacheKept, yumCacheKept, zypperCacheKept } from '#buildfile/rules/caches.ts';
import {
  cdInRun,
  curlAndWget,
  hostCommand,
  shellReplaced,
  sudo,
  useraddHighUid,
  wgetProgress,
} from '#buildfile/rules/commands.ts';
import { consecutiveRuns } from '#buildfile/rules/consecutive-runs.ts';
import { ignoreFileTooShort, noHealthcheck, noIgnoreFile } from '#buildfile/rules/context.ts';
import { addForFiles, addUnverified, archiveCopied, copyManyToFile, copyToRelative } from '#buildfile/rules/copy.ts';
import { remoteScript, uncheckedDownload } from '#buildfile/rules/downloads.ts';
import { gemUnpinned, goUnpinned } from '#buildfile/rules/gem-and-go.ts';
import {
  invalidPort,
  maintainer,
  relativeWorkdir,
  severalCmds,
  severalEntrypoints,
  severalHealthchecks,
  shellForm,
  triggerInTrigger,
} from '#buildfile/rules/instructions.ts';
import { npmInstallForCi, npmUnpinned, yarnCacheKept } from '#buildfile/rules/javascript.ts';
import { LABEL_FORMAT_RULES, labelEmpty, labelKey, labelMissing, labelSuperfluous } from '#buildfile/rules/labels.ts';
import { privilegedRun, setuid, sshExposed, worldWritable } from '#buildfile/rules/modes.ts';
import { pipeHidesFailure } from '#buildfile/rules/pipes.ts';
import { pipCacheKept, pipUnpinned } from '#buildfile/rules/python.ts';
import { dnfUnpinned, yumUnpinned } from '#buildfile/rules/rpm-versions.ts';
import {
  removedTooLate,
  secretCopied,
  secretInRun,
  secretInVariable,
  sensitiveName,
} from '#buildfile/rules/secrets.ts';
import { SHELL_RULES } from '#buildfile/rules/shell/list.ts';
import {
  copyFromItself,
  copyFromUnknown,
  copyWholeStage,
  instructionBeforeFrom,
  reservedStageName,
  stageNameTwice,
} from '#buildfile/rules/stages.ts';
import { noUser, rootUser, userByName } from '#buildfile/rules/user.ts';
import {
  asCase,
  envRefersToItself,
  keywordCase,
  oldPair,
  stageNameCase,
  unknownInstruction,
} from '#buildfile/rules/writing.ts';
import { zypperDistUpgrade, zypperUnpinned } from '#buildfile/rules/zypper.ts';

/** Every question to a build file. */
export const BUILD_RULES: readonly BuildRule[] = [
  untaggedBase,
  latestBase,
  baseWithoutDigest,
  untrustedRegistry,
  fixedPlatform,
  redundantPlatform,
  stageNameTwice,
  reservedStageName,
  copyFromUnknown,
  copyFromItself,
  copyWholeStage,
  instructionBeforeFrom,
  rootUser,
  noUser,
  userByName,
  secretInVariable,
  sensitiveName,
  secretInRun,
  secretCopied,
  removedTooLate,
  noIgnoreFile,
  ignoreFileTooShort,
  remoteScript,
  uncheckedDownload,
  addUnverified,
  addForFiles,
  archiveCopied,
  copyManyToFile,
  copyToRelative,
  setuid,
  worldWritable,
  privilegedRun,
  sshExposed,
  sudo,
  aptUnpinned,
  aptListsKept,
  aptAsks,
  aptRecommends,
  aptCommand,
  aptUpdateAlone,
  apkUnpinned,
  apkCacheKept,
  yumUnpinned,
  yumAsks,
  yumCacheKept,
  dnfUnpinned,
  dnfAsks,
  dnfCacheKept,
  zypperUnpinned,
  zypperAsks,
  zypperCacheKept,
  zypperDistUpgrade,
  pipUnpinned,
  pipCacheKept,
  npmUnpinned,
  npmInstallForCi,
  yarnCacheKept,
  gemUnpinned,
  goUnpinned,
  relativeWorkdir,
  invalidPort,
  severalHealthchecks,
  severalCmds,
  severalEntrypoints,
  noHealthcheck,
  shellForm,
  triggerInTrigger,
  maintainer,
  unknownInstruction,
  keywordCase,
  asCase,
  stageNameCase,
  oldPair,
  envRefersToItself,
  hostCommand,
  cdInRun,
  useraddHighUid,
  wgetProgress,
  curlAndWget,
  shellReplaced,
  pipeHidesFailure,
  consecutiveRuns,
  labelKey,
  labelMissing,
  labelSuperfluous,
  labelEmpty,
  ...LABEL_FORMAT_RULES,
  ...SHELL_RULES,
];
