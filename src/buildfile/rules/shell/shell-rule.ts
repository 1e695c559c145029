import { once } from '#buildfile/memo.ts';
import type { BuildFile } from '#buildfile/model/build-file.ts';
import { pairsOf } from '#buildfile/model/pairs.ts';
import { type BuildRule, type Finding, type Subject, shellcheck } from '#buildfile/rule.ts';
import type { Range, Script } from '#buildfile/shell/ast.ts';
import { type Call, callsOf } from '#buildfile/shell/calls.ts';
import { inFile, runsOf } from '#buildfile/sites.ts';
import type { Severity } from '#core/severity.ts';

/** A script in a build file, and what is known where it runs. */
export interface ShellSubject {
  readonly script: Script;
  readonly calls: readonly Call[];
  /** `sh`, `dash`, `ash`, `bash`, `ksh`. */
  readonly shell: string;
  /** Set by ARG and ENV before it in its stage, or by the builder. */
  readonly variables: ReadonlySet<string>;
}

export interface ShellFinding {
  readonly at: Range;
  readonly sentence: string;
}

interface ShellRuleFacts {
  /** Without `build/`. */
  readonly id: string;
  readonly code: string;
  readonly severity: Severity;
  readonly title: string;
  readonly why: string;
  readonly fix: string;
  /** What RUN executes. */
  readonly bad: string;
  readonly good: string;
  /** The first place, in a script that is understood. */
  readonly find: (subject: ShellSubject) => ShellFinding | undefined;
}

const FROM_BUILDERS = ['http_proxy', 'https_proxy', 'ftp_proxy', 'no_proxy', 'all_proxy'];
const PREDEFINED: readonly string[] = FROM_BUILDERS.flatMap((name) => [name, name.toUpperCase()]);
const JUDGED: ReadonlySet<string> = new Set(['sh', 'dash', 'ash', 'bash', 'ksh']);

/** A question to the commands of every RUN. */
export function shellRule({ id, code, severity, title, why, fix, bad, good, find }: ShellRuleFacts): BuildRule {
  return {
    id: `build/${id}`,
    title,
    severity,
    why,
    elsewhere: [shellcheck(code)],
    bad: `FROM debian:12.5\nRUN ${bad}\n`,
    good: `FROM debian:12.5\nRUN ${good}\n`,
    *check(subject) {
      for (const { instruction, ...found } of eachScript(subject)) {
        const said = find(found);
        if (said === undefined) continue;
        yield { instruction, span: inFile(found.script, said.at), sentence: said.sentence, fix } satisfies Finding;
      }
    },
  };
}

interface Site extends ShellSubject {
  readonly instruction: Finding['instruction'];
}

/** The scripts of a file; every rule asks for them. */
function eachScript({ file }: Subject): readonly Site[] {
  return once(file, allScripts);
}

function allScripts(file: BuildFile): readonly Site[] {
  const sites: Site[] = [];
  const names = new Set(PREDEFINED);
  let variables: ReadonlySet<string> = new Set(names);
  for (const instruction of file.instructions) {
    if (instruction.keyword === 'FROM') {
      names.clear();
      for (const name of PREDEFINED) names.add(name);
    }
    if (instruction.keyword === 'ARG' || instruction.keyword === 'ENV') {
      for (const { name } of pairsOf(instruction)) names.add(name);
    }
    if (names.size !== variables.size) variables = new Set(names);
    for (const { script, run } of runsOf([instruction])) {
      if (!JUDGED.has(run.shell.name) || run.exec) continue;
      // What ONBUILD holds back runs in another file’s stage.
      const there = instruction.trigger === undefined ? variables : new Set(PREDEFINED);
      sites.push({ instruction, script, calls: callsOf(script), shell: run.shell.name, variables: there });
    }
  }
  return sites;
}
