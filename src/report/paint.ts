import { styleText } from 'node:util';
import type { Severity } from '#core/severity.ts';

type Style = Parameters<typeof styleText>[0];

/** Colours text, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string;

/** Colour only where somebody looks: a terminal, and no `NO_COLOR`. */
export function painter(colour: boolean): Paint {
  // Newer Nodes would look at the environment again, and take an empty NO_COLOR for a set one.
  return colour ? (style, text) => styleText(style, text, { validateStream: false }) : (_, text) => text;
}

export const SEVERITY_STYLE: Readonly<Record<Severity, Style>> = {
  critical: 'magenta',
  high: 'red',
  medium: 'yellow',
  low: 'blue',
  negligible: 'gray',
  unknown: 'gray',
};
