import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hostCertificates } from '#base/registry-client/host-certificates.ts';
import { TEST_CERTIFICATE } from '../../../test/fakes/tls-certificate.ts';

test('finds the authorities of a host, with and without its port, and of no other', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-certs-'));
  try {
    for (const host of ['a.example', 'b.example:443', 'c.example:5000']) {
      mkdirSync(join(folder, host));
      writeFileSync(join(folder, host, 'ca.crt'), TEST_CERTIFICATE);
      writeFileSync(join(folder, host, 'client.cert'), TEST_CERTIFICATE);
      writeFileSync(join(folder, host, 'note.crt'), 'none');
    }
    writeFileSync(join(folder, 'ca.crt'), TEST_CERTIFICATE);
    const found = (host: string) => hostCertificates(host, ['/nowhere', folder]).length;
    expect(['a.example', 'b.example', 'c.example:5000'].map(found)).toEqual([1, 1, 1]);
    expect(['c.example', 'a.example:5000', 'x.example', '..', '.', ''].map(found)).toEqual([0, 0, 0, 0, 0, 0]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
