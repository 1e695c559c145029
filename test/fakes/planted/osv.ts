/** An OSV record with what all planted ones have. */
export function osvRecord(id: string, fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const dates = { published: '2023-06-01T00:00:00Z', modified: '2023-06-02T00:00:00Z' };
  return { schema_version: '1.6.0', id, summary: `Planted flaw ${id}`, ...dates, ...fields };
}

/** One affected package: a range of events, each `[name, version]`. */
export function affects(
  ecosystem: string,
  name: string,
  ...events: readonly (readonly ['introduced' | 'fixed' | 'last_affected' | 'limit', string])[]
): Readonly<Record<string, unknown>> {
  const type = ecosystem === 'npm' || ecosystem === 'Go' ? 'SEMVER' : 'ECOSYSTEM';
  return {
    package: { ecosystem, name },
    ranges: [{ type, events: events.map(([key, version]) => ({ [key]: version })) }],
  };
}

/** Affected from the beginning until a version. */
export function below(ecosystem: string, name: string, fixed: string): Readonly<Record<string, unknown>> {
  return affects(ecosystem, name, ['introduced', '0'], ['fixed', fixed]);
}
