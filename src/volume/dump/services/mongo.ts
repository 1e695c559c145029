import { type DumpHook, type DumpLoad, type DumpPart, LOAD_UNFIT_CODE } from '#volume/dump/dump-hook.ts';
import { secretFrom } from '#volume/dump/shell.ts';

const SHELL = 'if command -v mongosh >/dev/null 2>&1; then shell=mongosh; else shell=mongo; fi';

/** Lines of shell. The tools read a password from standard input when there is a user and no password: it never stands on a command line. */
const CONNECT = `
user='' password=''
${secretFrom('user', ['MONGO_INITDB_ROOT_USERNAME', 'MONGODB_ROOT_USER'])}
${secretFrom('password', ['MONGO_INITDB_ROOT_PASSWORD', 'MONGODB_ROOT_PASSWORD'])}
if [ -n "$password" ]; then set -- --username "\${user:-root}" --authenticationDatabase admin; else set --; fi
${SHELL}`;

const SCRIPT = `${CONNECT}
# Who asks this needs no rights.
set_name=$("$shell" --quiet --eval 'db.runCommand({isMaster: 1}).setName || ""' 2>/dev/null || :)
case $set_name in ''|undefined|null) ;; *) set -- "$@" --oplog ;; esac
printf '%s\\n' "$password" | mongodump "$@" --archive`;

const part: DumpPart = {
  name: 'mongo/all.archive',
  script: SCRIPT,
  args: [],
  // 0x8199e26d, little-endian; each block of the archive ends with -1, and so does the last one.
  check: { heads: [Buffer.from([0x6d, 0xe2, 0x99, 0x81])], tail: Buffer.from([0xff, 0xff, 0xff, 0xff]) },
};

const load: DumpLoad = {
  ready: `${SHELL}
[ "$("$shell" --quiet --eval 'db.runCommand({ping: 1}).ok')" = 1 ]`,
  parts: [
    {
      name: /^all\.archive$/,
      script: `file=$1
${CONNECT}
# A member of a replica set takes nothing until the set is there.
if [ "$("$shell" --quiet --eval 'db.runCommand({isMaster: 1}).ismaster')" != true ]; then
  echo 'it is a member of a replica set, which a drill does not set up' >&2
  exit ${LOAD_UNFIT_CODE}
fi
printf '%s\\n' "$password" | mongorestore "$@" --drop --stopOnError --archive="$file"`,
    },
  ],
};

/** `mongodump --archive`; of a member of a replica set with the oplog, so that it is of one moment. */
export const mongo: DumpHook = {
  id: 'mongo',
  title: 'MongoDB',
  services: ['mongo'],
  parts: () => [part],
  load,
};
