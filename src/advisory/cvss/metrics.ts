/** The metrics of a vector by name: `AV` -> `N`. */
export type Metrics = ReadonlyMap<string, string>;

const LONGEST_VECTOR = 512;

/**
 * Splits `AV:N/AC:L/…` into its metrics. Undefined when a part is no `name:value`, a metric comes twice, or one of
 * `required` is missing or has none of its values.
 */
export function parseMetrics(text: string, required: Readonly<Record<string, string>>): Metrics | undefined {
  if (text.length > LONGEST_VECTOR) return undefined;
  const metrics = new Map<string, string>();
  for (const part of text.split('/')) {
    const colon = part.indexOf(':');
    if (colon <= 0) return undefined;
    const name = part.slice(0, colon);
    if (metrics.has(name)) return undefined;
    metrics.set(name, part.slice(colon + 1));
  }
  for (const [name, values] of Object.entries(required)) {
    const value = metrics.get(name);
    if (value === undefined || value.length !== 1 || !values.includes(value)) return undefined;
  }
  return metrics;
}

/** Figures by metric and value: `{ AV: { N: 0.85 } }`. A value without a figure counts nothing. */
export type Figures = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** The figure that stands for a metric's value. */
export function weigh(metrics: Metrics, name: string, figures: Figures): number {
  return figures[name]?.[metrics.get(name) ?? ''] ?? 0;
}
