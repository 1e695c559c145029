import { Command } from 'commander';
import { addAffected } from '#cli/commands/affected.ts';
import { addCheck } from '#cli/commands/check.ts';
import { addDb } from '#cli/commands/db.ts';
import { addDbInit } from '#cli/commands/db-init.ts';
import { addDiff } from '#cli/commands/diff.ts';
import { addDoctor } from '#cli/commands/doctor.ts';
import type { Finish } from '#cli/commands/finish.ts';
import { addHome } from '#cli/commands/home.ts';
import { addInit } from '#cli/commands/init.ts';
import { addLedger } from '#cli/commands/ledger.ts';
import { addLint } from '#cli/commands/lint.ts';
import { addLog } from '#cli/commands/log.ts';
import { addNotify } from '#cli/commands/notify.ts';
import { addPolicy } from '#cli/commands/policy.ts';
import { addScan } from '#cli/commands/scan.ts';
import { addVersions } from '#cli/commands/versions.ts';
import { addVolumeDaemon } from '#cli/commands/volume/daemon.ts';
import { addVolumeDrill } from '#cli/commands/volume/drill.ts';
import { addVolume } from '#cli/commands/volume/find.ts';
import { addVolumeGuard } from '#cli/commands/volume/guard.ts';
import { addVolumeReconcile } from '#cli/commands/volume/reconcile.ts';
import { addVolumeRemove } from '#cli/commands/volume/remove.ts';
import { addVolumeRepo } from '#cli/commands/volume/repo.ts';
import { addVolumeRestore } from '#cli/commands/volume/restore.ts';
import { addVolumeRetention } from '#cli/commands/volume/retention.ts';
import { addVolumeSchedule } from '#cli/commands/volume/schedule.ts';
import { addVolumeSnapshot } from '#cli/commands/volume/snapshot.ts';
import { addWaiver } from '#cli/commands/waiver.ts';
import { VERSION } from '#core/version.ts';

/** The command line as data: the commands, their options and helps. Their code is loaded when they are called. */
export function buildProgram(finish: Finish): Command {
  const program = new Command('holdfast')
    .description('Vets images, keeps data, records every decision.')
    .version(VERSION)
    .showHelpAfterError('  Add --help for what there is.')
    .configureOutput({ outputError: (text, write) => write(asOurs(text)) })
    .exitOverride();
  addDoctor(program, finish);
  addScan(program, finish);
  addCheck(program, finish);
  addDiff(program, finish);
  addWaiver(program, finish);
  addPolicy(program, finish);
  addLint(program, finish);
  addDb(program, finish);
  addInit(program, finish);
  addHome(program, finish);
  addLog(program, finish);
  addAffected(program, finish);
  addLedger(program, finish);
  addDbInit(program, finish);
  addVolume(program, finish);
  addVolumeRepo(program, finish);
  addVolumeSnapshot(program, finish);
  addVolumeRestore(program, finish);
  addVolumeRemove(program, finish);
  addVolumeRetention(program, finish);
  addVolumeDrill(program, finish);
  addVolumeGuard(program, finish);
  addVolumeReconcile(program, finish);
  addNotify(program, finish);
  addVolumeSchedule(program, finish);
  addVolumeDaemon(program, finish);
  addVersions(program, finish);
  return program;
}

/** The parser's errors in the form of all others: what happened, a code, and what to do. */
function asOurs(text: string): string {
  return text.replace(/^error: (.*)/, 'holdfast: $1 [USAGE]').replace(/^\((Did you mean .*)\)$/m, '  $1');
}
