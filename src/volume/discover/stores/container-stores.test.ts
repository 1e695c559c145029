import { expect, it } from 'vitest';
import { storesOfContainer } from '#volume/discover/stores/container-stores.ts';

/** What is told of one variable, as `kind host`. */
function told(name: string, value: string): readonly string[] {
  const stores = storesOfContainer('c', new Map([[name, value]]), []);
  for (const { where } of stores) expect(where).toBe(name);
  return stores.map(({ kind, host }) => (host === undefined ? kind : `${kind} ${host}`));
}

it.each([
  ['DATABASE_URL', 'postgres://app:secret@db.example:5432/x', ['postgres db.example']],
  ['UP', 'POSTGRES://app:secret@db.example/x', ['postgres db.example']],
  ['URL', 'jdbc:postgresql://db.example:5432/app?user=x&password=secret', ['postgres db.example']],
  ['URL', 'postgresql+asyncpg://app:secret@db.example/x', ['postgres db.example']],
  ['URL', 'postgres:///shop?host=db.example', ['postgres']],
  ['MONGO', 'mongodb+srv://u:secret@cl.example/x', ['mongodb cl.example']],
  ['DSN', 'app:secret@tcp(db.example:3306)/shop?parseTime=true', ['mysql db.example']],
  ['DSN', 'host=db.example user=app password=secret dbname=shop', ['postgres db.example']],
  ['DSN', 'user=app password=secret host=db.example dbname=shop', ['postgres']],
  ['CS', 'Server=tcp:db.example,1433;Database=a;User Id=sa;Password=secret', ['database db.example']],
  ['CS', 'Password="a;Server=secret";Server=db.example;Database=a', ['database']],
  ['AZURE', 'DefaultEndpointsProtocol=https;AccountName=acc;AccountKey=secret==', ['azure']],
  ['DB_POSTGRESDB_HOST', 'db.example', ['postgres db.example']],
  ['KC_DB_URL_HOST', 'db.example', ['database db.example']],
  ['PGHOSTADDR', '10.1.2.3', ['postgres 10.1.2.3']],
  ['GITEA__database__HOST', 'db.example:5432', ['database db.example']],
  ['AWS_STORAGE_BUCKET_NAME', 'secret', ['s3']],
  ['S3_ENDPOINT', 'https://s3.example/b', ['s3 s3.example']],
])('%s=%s is a store elsewhere', (name, value, expected) => {
  expect(told(name, value)).toEqual(expected);
});

it.each([
  ['REDIS_URL', 'redis://:se/cret@cache.example:6379', ['redis']],
  ['AMQP', 'amqp://guest:se@cret@mq.example/', ['amqp']],
  ['S3_ENDPOINT', 'https://key:secret@s3.example/b', ['s3']],
  ['DSN', 'app:s@tcp(secret)/x@tcp(db.example:3306)/shop', ['mysql']],
])('where %s=%s could hold a part of a password, no host is told', (name, value, expected) => {
  expect(told(name, value)).toEqual(expected);
});

it.each([
  ['GREETING', 'host=here it is'],
  ['OPTIONS', 'server=yes;other=no'],
  ['LOCAL', 'postgres://app:secret@localhost/x'],
  ['DB_HOST', '127.0.0.1'],
  ['TEXT', 'a database: b'],
  ['PGHOST', '/run/postgresql'],
  ['URL', 'postgres:///shop?host=/run/postgresql&password=secret'],
  ['DSN', 'host=/run/postgresql dbname=shop'],
])('%s=%s is none', (name, value) => {
  expect(told(name, value)).toEqual([]);
});
