import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Files of a certificate for localhost and 127.0.0.1, and of the authority that signed it. */
export interface Certificates {
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

/** Makes a private authority, and a certificate that it signs, with openssl. */
export function makeCertificates(directory: string): Certificates {
  mkdirSync(directory, { recursive: true });
  const path = (name: string) => join(directory, name);
  const openssl = (...args: readonly string[]) => execFileSync('openssl', args, { stdio: 'ignore' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const made = { authority: path('ca.pem'), certificate: path('server.pem'), key: path('server.key') };
  openssl(
    'req',
    '-x509',
    ...newKey,
    '-days',
    '2',
    '-subj',
    '/CN=test authority',
    '-keyout',
    path('ca.key'),
    '-out',
    made.authority,
  );
  openssl('req', ...newKey, '-subj', '/CN=localhost', '-keyout', made.key, '-out', path('server.csr'));
  writeFileSync(path('names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
  const by = ['-CA', made.authority, '-CAkey', path('ca.key'), '-CAcreateserial', '-extfile', path('names')];
  openssl('x509', '-req', '-in', path('server.csr'), ...by, '-days', '2', '-out', made.certificate);
  return made;
}
