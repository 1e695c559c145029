import { type Command, Option } from 'commander';
import { VERSION_SCHEMES, type VersionScheme } from '#base/versions/scheme.ts';
import type { Finish } from '#cli/commands/finish.ts';

/** Adds `holdfast compare-versions` and `holdfast satisfies`. */
export function addVersions(program: Command, finish: Finish): void {
  program
    .command('compare-versions')
    .description('read lines A<TAB>B and print <, =, > or ? for each')
    .addOption(new Option('--scheme <SCHEME>', 'whose order').choices(VERSION_SCHEMES).makeOptionMandatory())
    .addHelpText('after', "\nExample:\n  printf '1.0~rc1\\t1.0\\n' | holdfast compare-versions --scheme deb")
    .action(async ({ scheme }: { scheme: VersionScheme }) => {
      const { compareLines } = await import('#app/compare-versions.ts');
      const { writeText } = await import('#cli/output.ts');
      await compareLines(scheme, process.stdin, writeText);
      finish(0);
    });
  program
    .command('satisfies')
    .description('read lines VERSION<TAB>RANGE and print true or false for each')
    .addOption(new Option('--scheme <SCHEME>', 'whose ranges').choices(['npm']).makeOptionMandatory())
    .addHelpText('after', "\nExample:\n  printf '1.2.3\\t^1.1.0\\n' | holdfast satisfies --scheme npm")
    .action(async () => {
      const { satisfiesLines } = await import('#app/satisfies.ts');
      const { writeText } = await import('#cli/output.ts');
      await satisfiesLines(process.stdin, writeText);
      finish(0);
    });
}
