import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Environment } from '#app/data-directory.ts';
import { refuseHalfRestored } from '#app/home/backup/restore-place.ts';
import { isAddress } from '#app/home/copy-checkpoint.ts';
import { findHome, type Home, type HomeConfig, writeConfig } from '#app/home/home.ts';
import { homeDirectory, homePaths } from '#app/home/home-directory.ts';
import { openRecord } from '#app/home/open-record.ts';
import { makeSigner } from '#app/home/signing-key.ts';
import { writing } from '#base/files/writing.ts';
import { HoldfastError, type Problem } from '#core/errors.ts';
import { formatVerifierKey } from '#ledger/note/keys.ts';

export interface InitOptions {
  readonly environment: Environment;
  /** Directories and addresses that checkpoints are copied to, beside those that the home has. */
  readonly checkpointPlaces: readonly string[];
  readonly actor: string;
  readonly now: () => Date;
}

export interface InitialisedHome {
  readonly home: Home;
  /** False: it was there, and only places were added. */
  readonly made: boolean;
  /** The public key that auditors check with. */
  readonly verifierKey: string;
  readonly problems: readonly Problem[];
}

/**
 * Makes a home: directory, key, ledger. Doing it again changes nothing but adds places; an interrupted one is completed.
 * @throws `HOME_PLACE_INVALID`, `HOME_HALF_RESTORED`, `HOME_LEDGER_FOREIGN`, `FILE_NOT_WRITTEN`, `DATABASE_*`
 */
export async function initHome(options: InitOptions): Promise<InitialisedHome> {
  const { environment, actor, now } = options;
  const there = findHome(environment);
  const directory = there?.directory ?? resolve(homeDirectory(environment));
  const database = environment['HOLDFAST_DATABASE'] ? 'postgres' : 'sqlite';
  const places = [...new Set([...(there?.config.checkpointPlaces ?? []), ...options.checkpointPlaces.map(placeOf)])];
  const config: HomeConfig = { version: 1, database: there?.config.database ?? database, checkpointPlaces: places };
  const home = { directory, config };
  const paths = homePaths(directory);
  if (there === undefined) refuseHalfRestored(directory);
  writing(directory, () => {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    // It may have been there, with the advisories.
    chmodSync(directory, 0o700);
  });
  const signer = await makeSigner(paths);
  const verifierKey = formatVerifierKey(signer.verifierKey);
  const record = await openRecord(home, environment, now);
  let problems: readonly Problem[];
  try {
    const data = { origin: signer.name, verifierKey };
    await record.ledger.append({
      stream: 'ledger',
      events: [{ type: 'ledger.opened', data }],
      actor,
      expectedVersion: 0,
      key: `ledger.opened/${signer.name}`,
    });
  } finally {
    problems = await record.close();
  }
  // Last: with it, the home counts as made.
  await writeConfig(directory, config);
  return { home, made: there === undefined, verifierKey, problems };
}

function placeOf(place: string): string {
  if (isAddress(place)) {
    if (URL.canParse(place)) return place;
  } else if (statSync(place, { throwIfNoEntry: false })?.isDirectory() === true) return resolve(place);
  throw new HoldfastError(
    'HOME_PLACE_INVALID',
    `${JSON.stringify(place)} is neither a directory nor an http(s) address`,
    {
      kind: 'usage',
      hint: 'Name a directory that is there, best on another disk or machine, or an address that takes a POST.',
    },
  );
}
