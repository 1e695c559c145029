import type { BuildRule } from '#buildfile/rule.ts';
import { cdBack, notIfThenElse, uncheckedCd } from '#buildfile/rules/shell/failures.ts';
import {
  echoEscape,
  echoSubstitution,
  egrep,
  fgrep,
  mkdirMode,
  readMangles,
  sourcedFile,
  testAnd,
  unquotedPattern,
  uselessEcho,
  variableAsFormat,
} from '#buildfile/rules/shell/habits.ts';
import { findIntoXargs, grepCount, lsIntoGrep, lsIntoOthers, uselessCat } from '#buildfile/rules/shell/pipe-habits.ts';
import { BASHISMS } from '#buildfile/rules/shell/posix.ts';
import {
  backticks,
  expansionInSingleQuotes,
  globAsFirstArgument,
  unquotedArguments,
  unquotedSubstitution,
  unquotedVariable,
} from '#buildfile/rules/shell/quoting.ts';
import {
  dangerousRemoval,
  maskedResult,
  unassignedVariable,
  unusedVariable,
} from '#buildfile/rules/shell/variables.ts';

/** Questions to the commands that RUN has executed. */
export const SHELL_RULES: readonly BuildRule[] = [
  unquotedVariable,
  unquotedSubstitution,
  unquotedArguments,
  backticks,
  expansionInSingleQuotes,
  globAsFirstArgument,
  unassignedVariable,
  unusedVariable,
  maskedResult,
  dangerousRemoval,
  sourcedFile,
  notIfThenElse,
  uncheckedCd,
  cdBack,
  uselessCat,
  uselessEcho,
  echoSubstitution,
  echoEscape,
  findIntoXargs,
  lsIntoGrep,
  lsIntoOthers,
  readMangles,
  egrep,
  fgrep,
  testAnd,
  grepCount,
  unquotedPattern,
  variableAsFormat,
  mkdirMode,
  ...BASHISMS,
];
