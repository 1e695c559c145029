import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { refuseForeignHome } from '#app/home/private-home.ts';
import { reconcileVolumes } from '#app/volume/hold/reconcile-volumes.ts';

let root = '';
let home = '';
const refused = expect.objectContaining({ code: 'HOME_NOT_PRIVATE' });
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'holdfast-private-'));
  home = join(root, 'home');
  mkdirSync(home, { mode: 0o700 });
});
afterEach(() => rmSync(root, { recursive: true }));

test('a home of one’s own is fine, also one that others may read, and one that is not there', () => {
  refuseForeignHome(home, {});
  chmodSync(home, 0o755);
  refuseForeignHome(home, {});
  refuseForeignHome(join(root, 'none'), {});
});

test('one that others may write in is refused; one that a group of one’s own writes in is not', () => {
  for (const mode of [0o777, 0o702, 0o1777]) {
    chmodSync(home, mode);
    expect(() => refuseForeignHome(home, {})).toThrow(refused);
  }
  chmodSync(home, 0o2770);
  refuseForeignHome(home, {});
});

test.skipIf(process.getuid?.() !== 0)('one that a stranger’s group writes in is refused', () => {
  chownSync(home, 0, 12345);
  chmodSync(home, 0o770);
  expect(() => refuseForeignHome(home, {})).toThrow(refused);
});

test.skipIf(process.getuid?.() !== 0)(
  'one of another user is refused, but for who called sudo; a link to it, too',
  () => {
    chownSync(home, 1234, 1234);
    symlinkSync(home, join(root, 'link'));
    for (const path of [home, join(root, 'link')]) {
      expect(() => refuseForeignHome(path, {})).toThrow(refused);
      expect(() => refuseForeignHome(path, { SUDO_UID: '1235' })).toThrow(refused);
    }
    refuseForeignHome(home, { SUDO_UID: '1234' });
  },
);

test('the notes of a home that others write in move nothing', async () => {
  mkdirSync(join(home, 'restores'));
  const id = '0'.repeat(16);
  const holder = { pid: 1, startTicks: 0, bootId: 'before', namespace: '', host: 'nowhere' };
  const swap = {
    item: `${root}/none`,
    place: `${root}/planted`,
    before: `${root}/victim`,
    stream: 's',
    actor: 'a',
    event: {},
  };
  const scratch = `${root}/.holdfast-restore-${id}`;
  writeFileSync(join(home, 'restores', `${id}.json`), JSON.stringify({ version: 1, id, holder, scratch, swap }));
  chmodSync(home, 0o777);
  await expect(reconcileVolumes({ HOLDFAST_HOME: home })).rejects.toEqual(refused);
});
