import { shellWord } from '#volume/doctor/fix.ts';
import type { DoctorRule } from '#volume/doctor/rule.ts';
import { shownContents } from '#volume/doctor/where.ts';

const LEAST_BYTES = 1024 * 1024;

/** What a removed container left in an anonymous volume: no container uses it, and the next clean-up deletes it. */
export const orphanedData: DoctorRule = {
  id: 'orphaned-data',
  title: 'data of a container that is gone',
  kind: 'hazard',
  check: ({ volumes, engine }) =>
    volumes
      .filter(({ anonymous, users }) => anonymous && users.length === 0)
      .flatMap(({ name, mountpoint, contents, createdAt }) => {
        if (contents === undefined) return [];
        const database = contents.databases.length > 0;
        if (!database && contents.sizeBytes < LEAST_BYTES) return [];
        const to = `kept-${name.slice(0, 12)}`;
        return [
          {
            severity: database ? ('medium' as const) : ('low' as const),
            path: mountpoint || name,
            evidence: [
              `no container uses volume ${name.slice(0, 12)}${createdAt === undefined ? '' : `, made ${createdAt.slice(0, 10)}`}`,
              shownContents(contents),
            ],
            fix: [
              `${engine.product} volume create ${to}`,
              `${engine.product} run --rm \\`,
              `  --volume ${shellWord(name)}:/from:ro \\`,
              `  --volume ${to}:/to busybox cp -a /from/. /to/`,
              `# or, when it is not missed: ${engine.product} volume rm ${shellWord(name)}`,
            ],
          },
        ];
      }),
};
