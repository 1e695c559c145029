import { expect, test } from 'vitest';
import { withMeantNames } from '#app/volume/guard/meant-names.ts';
import type { EngineControl } from '#base/engine/engine.ts';
import { parseCommand } from '#volume/guard/parse-command.ts';
import { container } from '../../../../test/fakes/discovery.ts';

const db = container('db');
const volumes = ['shop_db', 'shop_files'].map((name) => ({
  ...{ name, anonymous: false, driver: 'local', mountpoint: `/v/${name}`, labels: {}, users: [], outside: [] },
}));
const asked: string[] = [];

/** It knows the container by its name, with a slash before it, and by the name that a link gives it. */
function engine(podman: boolean): EngineControl {
  const never = () => Promise.reject(new Error('not expected'));
  return {
    ...{ address: 'unix:///engine', apiVersion: '1.41', podman, stream: never, post: never, postStream: never },
    ...{ remove: never },
    read: async (path) => {
      asked.push(path);
      return ['/containers/db/json', '/containers/web/database/json'].includes(path)
        ? Buffer.from(JSON.stringify({ Id: db.id }))
        : undefined;
    },
  };
}

async function meant(line: string) {
  const command = parseCommand(line.split(' '));
  if (command.kind === 'refused') throw new Error(command.why);
  const podman = line.startsWith('podman');
  return withMeantNames(engine(podman), { containers: [db], volumes }, command);
}

test('a container is found by whatever the engine takes for its name', async () => {
  expect(await meant('docker rm -f db')).toMatchObject({ names: ['db'] });
  expect(asked).toEqual([]);
  expect(await meant('docker rm -f /db web/database gone ..')).toMatchObject({ names: [db.id, db.id, 'gone', '..'] });
  expect(await meant('docker run --volumes-from /db busybox')).toMatchObject({ containers: [db.id] });
});

test('Podman knows a volume by the beginning of its name, Docker does not', async () => {
  expect(await meant('podman volume rm shop_d')).toMatchObject({ names: ['shop_db'] });
  expect(await meant('podman volume rm shop_')).toMatchObject({ names: ['shop_db', 'shop_files'] });
  expect(await meant('docker volume rm shop_d')).toMatchObject({ names: ['shop_d'] });
});
