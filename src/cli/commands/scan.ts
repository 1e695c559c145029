import { type Command, Option } from 'commander';
import type { Finish } from '#cli/commands/finish.ts';
import { collect, formatWords } from '#cli/commands/options.ts';
import type { ScanFlags } from '#cli/scan-flags.ts';
import { REPORT_FORMATS } from '#cli/write-report.ts';
import { SEVERITIES } from '#core/severity.ts';

/** Adds `holdfast scan`. */
export function addScan(program: Command, finish: Finish): void {
  program
    .command('scan')
    .description('say what is inside a target and what is known to be wrong with it')
    .argument('[target...]', 'KIND:WHAT, an existing path, or an image reference')
    .option('--running', 'scan every image that the engine’s running containers use')
    .addOption(
      new Option(
        '--format <FORMAT[=FILE]>',
        `table, json, cyclonedx, spdx, ${formatWords(REPORT_FORMATS)}; may be given several times`,
      )
        .argParser<readonly string[]>(collect)
        .default([], 'table'),
    )
    .option('--advisories <FILE>', 'compare with this file (default: the updated one, else the built-in starter set)')
    .option('--platform <OS/ARCH>', 'which image of a multi-platform index (default: this host’s)')
    .addOption(
      new Option('--fail-on <SEVERITY>', 'exit 3 when a finding is at least this severe').choices(
        [...SEVERITIES].slice(0, 5),
      ),
    )
    .option('--files', 'also list the executables')
    .option('--all', 'in the table, also findings that their vendor sees no security impact in')
    .option('--explain', 'also say why advisories on these packages are no finding')
    .option('--verify', 'hash every byte of engine images too, instead of reading them in place')
    .option('--no-verify', 'hash nothing; the report says so')
    .option('--insecure', 'plain HTTP to registries that are not on this host')
    .option('--no-cache', 'neither read nor keep results of layers')
    .option('--record', 'put the scan on the record (default: where holdfast init made a home)')
    .option('--no-record', 'put nothing on the record')
    .option('--quiet', 'no progress')
    .addHelpText('after', SCAN_HELP)
    .action(async (targets: string[], flags: ScanFlags) => {
      const { scanCommand } = await import('#cli/scan-command.ts');
      finish(await scanCommand(targets, flags, process.env));
    });
}

const SCAN_HELP = `
Targets:
  docker-archive:FILE[:NAME]  from docker save, plain or compressed     oci-archive:FILE[:TAG]
  oci:DIR[:TAG|@DIGEST]       an OCI image layout                       dir:PATH  rootfs:PATH
  docker:REF                  an image of the local engine              container:ID
  registry:REF                an image in a registry                    sbom:FILE
  A bare word is a path if there is one, else an image: the engine's first, then the registry's.

Examples:
  holdfast scan rootfs:/
  holdfast scan app:1.4 --format table --format json=report.json
  holdfast scan registry:registry.example/team/app:1.4 --fail-on high
  holdfast scan --running

Exit codes: 0 scanned, 1 failed, 2 usage, 3 found what --fail-on names.`;
