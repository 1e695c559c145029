import type { FoundPackage } from '#inventory/package.ts';
import type { Damage } from './damage.ts';
import { isDamaged, packageOf, type RpmFacts } from './rpm-package.ts';

const COLUMNS = 10;
const MAX_BYTES = 4 * 1024 * 1024;
/** Ten short columns have some two hundred. */
const MAX_LINE_CHARACTERS = 16_384;

/**
 * The list that distroless images of Azure Linux and CBL-Mariner carry in place of a database. A line is what rpm prints for
 * `%{NAME} %{VERSION}-%{RELEASE} %{INSTALLTIME} %{BUILDTIME} %{VENDOR} %{EPOCH} %{SIZE} %{ARCH} %{EPOCHNUM} %{SOURCERPM}`
 * with tabs between. The same line again is the same package. Codes: `RPM_MANIFEST_LINE`, `RPM_MANIFEST_SIZE`.
 */
export function* readManifest(bytes: Buffer, damage: Damage): Generator<FoundPackage, void, undefined> {
  if (bytes.length > MAX_BYTES) {
    damage.report('RPM_MANIFEST_SIZE', `The list of packages has ${bytes.length} bytes and was not read`);
    return;
  }
  const lines = new Set(bytes.toString('utf8').split('\n'));
  for (const line of lines) {
    if (damage.hopeless()) return;
    const columns = line.replace(/\r$/, '').split('\t');
    if (columns.length === 1 && columns[0]?.trim() === '') continue;
    const [name, version, , , vendor, , , architecture, epoch, sourceRpm] = columns;
    const facts: RpmFacts = {
      name: name ?? '',
      version: version ?? '',
      release: undefined,
      epoch: epoch !== undefined && /^\d{1,10}$/.test(epoch) ? Number(epoch) : undefined,
      architecture: told(architecture),
      sourceRpm: told(sourceRpm),
      vendor: told(vendor),
      licence: undefined,
      modularity: undefined,
    };
    if (columns.length < COLUMNS || !name || !version || line.length > MAX_LINE_CHARACTERS || isDamaged(facts)) {
      damage.report('RPM_MANIFEST_LINE', `${JSON.stringify(line.slice(0, 120))} is no line of a package list`);
      continue;
    }
    const found = packageOf(facts);
    if (found !== undefined) yield found;
  }
}

/** rpm prints `(none)` for a tag that a package does not have. */
function told(text: string | undefined): string | undefined {
  return text === '' || text === '(none)' ? undefined : text;
}
