import { once } from '#buildfile/memo.ts';
import type { Instruction } from '#buildfile/model/instruction.ts';
import { type BuildRule, type Finding, hadolint, nist, type Subject } from '#buildfile/rule.ts';
import type { Script } from '#buildfile/shell/ast.ts';
import { type Argument, isCall, operands } from '#buildfile/shell/calls.ts';
import { simpleCommands } from '#buildfile/shell/walk.ts';
import { inFile, listed, type RunSite, runsOf } from '#buildfile/sites.ts';

const WHY =
  'The same file gives another image tomorrow: a build cannot be repeated, and what was tested is not what ships.';

/** Names of variables that an ARG or ENV sets. */
function variablesOf({ keyword, words }: Instruction): readonly string[] {
  return keyword === 'ARG' || keyword === 'ENV' ? words.map(({ raw }) => raw.split('=', 1)[0] ?? '') : [];
}

/** Names of variables that the script sets itself. */
function assignedIn({ script }: RunSite): ReadonlySet<string> {
  return once(script, assignedNames);
}

function assignedNames(script: Script): ReadonlySet<string> {
  return new Set(simpleCommands(script).flatMap(({ assignments }) => assignments.map(({ name }) => name)));
}

/** `name-1.2-3.el9`: what follows the first dash looks like a version, or is a variable that the file sets. */
function isPinned(text: string, known: (name: string) => boolean): boolean {
  const [, ...rest] = text.split('-');
  if (rest.length === 0) return false;
  if (text.endsWith('.rpm')) return true;
  if (text.includes('$'))
    return [...text.slice(0, 500).matchAll(/\$\{(\w+)[^}]*\}/g)].some(([, name = '']) => known(name));
  return rest.every((part) => /^[\w.~^:+]*$/.test(part)) && rest.some((part) => /^\d/.test(part));
}

function loosePackages(
  { calls }: RunSite,
  programs: readonly string[],
  apart: string[],
  known: (name: string) => boolean,
) {
  return calls.flatMap((call): readonly Argument[] => {
    if (!isCall(call, programs, 'install')) return [];
    const named = operands(call).filter(({ text }) => text !== 'install' && text !== 'module');
    if (isCall(call, programs, 'module')) return named.filter(({ text }) => !text.includes(':'));
    return isCall(call, programs, ...apart) ? [] : named.filter(({ text }) => !isPinned(text, known));
  });
}

function* check({ file }: Subject, programs: readonly string[], apart: string[]): Generator<Finding> {
  const known = new Set<string>();
  for (const instruction of file.instructions) {
    for (const name of variablesOf(instruction)) known.add(name);
    for (const site of runsOf([instruction])) {
      const loose = loosePackages(site, programs, apart, (name) => known.has(name) || assignedIn(site).has(name));
      const [first] = loose;
      if (first === undefined) continue;
      yield {
        instruction,
        span: inFile(site.script, first.at),
        sentence: `${programs[0]} installs whatever version is current of ${listed(loose.map(({ text }) => text))}.`,
        fix: `Name a version: ${first.text}-VERSION.`,
      };
    }
  }
}

export const yumUnpinned: BuildRule = {
  id: 'build/yum-unpinned',
  title: 'yum installs named versions',
  severity: 'medium',
  why: WHY,
  elsewhere: [hadolint('DL3033'), nist('4.1.2')],
  onHistory: true,
  bad: 'FROM rockylinux:9\nRUN yum install -y httpd && yum clean all\n',
  good: 'FROM rockylinux:9\nRUN yum install -y httpd-2.4.57 && yum clean all\n',
  check: (subject) => check(subject, ['yum'], ['module']),
};

export const dnfUnpinned: BuildRule = {
  id: 'build/dnf-unpinned',
  title: 'dnf installs named versions',
  severity: 'medium',
  why: WHY,
  elsewhere: [hadolint('DL3041'), nist('4.1.2')],
  onHistory: true,
  bad: 'FROM fedora:40\nRUN dnf install -y httpd && dnf clean all\n',
  good: 'FROM fedora:40\nRUN dnf install -y httpd-2.4.58 && dnf clean all\n',
  check: (subject) => check(subject, ['dnf', 'microdnf'], ['module', 'group']),
};
