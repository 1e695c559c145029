import type { ReportItem } from '#report/items/item.ts';

/** How good something is, as far as a colour can say. */
export type Tone = 'good' | 'bad' | 'unsure' | 'plain';

/** The one word that a page begins with. */
export interface Badge {
  /** `DENY`, `ALLOW`, `3 to do tonight`. */
  readonly word: string;
  readonly tone: Tone;
  /** Why, in a sentence. */
  readonly sentence?: string;
}

/** One thing to do. */
export interface Step {
  readonly title: string;
  readonly tone: Tone;
  readonly text?: string;
  readonly commands?: readonly string[];
}

/** A piece of running text. Everything in it is text, never markup: it may come from images. */
export type Block =
  | { readonly kind: 'text'; readonly text: string }
  /** Said before all else: what limits what the page can know. */
  | { readonly kind: 'note'; readonly tone: Tone; readonly text: string }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly items: readonly string[] }
  /** Lines for a shell, to be copied. */
  | { readonly kind: 'commands'; readonly lines: readonly string[] }
  /** Things to do, one after the other, each with its reason and its lines for a shell. */
  | { readonly kind: 'steps'; readonly steps: readonly Step[] }
  /** Lines whose columns matter. */
  | { readonly kind: 'drawing'; readonly lines: readonly string[] }
  | {
      readonly kind: 'table';
      readonly head: readonly string[];
      readonly rows: readonly (readonly string[])[];
    };

/** A part of a page: what it is about, and its items. */
export interface Section {
  readonly heading: string;
  readonly lead: readonly Block[];
  /** Most urgent first. */
  readonly items: readonly ReportItem[];
}

/** A report as a page, whatever it is about: the HTML and the Markdown writer take it. */
export interface Page {
  readonly title: string;
  readonly verdict?: Badge;
  readonly facts: readonly (readonly [label: string, value: string])[];
  readonly lead: readonly Block[];
  readonly sections: readonly Section[];
  /** How to have what a page leaves out: `holdfast scan … --format json has all`. */
  readonly whole: string;
  readonly tool: { readonly name: string; readonly version: string };
  /** ISO 8601. */
  readonly createdAt: string;
}
