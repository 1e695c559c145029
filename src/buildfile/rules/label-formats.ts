import { SPDX_IDENTIFIERS } from '#buildfile/rules/spdx-identifiers.ts';
import type { LabelFormat } from '#buildfile/settings/settings.ts';

const TIME = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;
const VERSION =
  /^(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;
const ADDRESS =
  /^[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9._~:/?@!$&'()*+,;=[\]-]|%[0-9A-Fa-f]{2})*(?:#(?:[A-Za-z0-9._~:/?@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)?$/;
const MAILBOX =
  /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*$/;

/** Whether a label's value has a format. Variables are filled in by the build: nobody knows before. */
export const LABEL_CHECKS: Readonly<Record<LabelFormat, (value: string) => boolean>> = {
  text: () => true,
  rfc3339: (value) => TIME.test(value),
  semver: (value) => VERSION.test(value),
  url: (value) => ADDRESS.test(value),
  hash: (value) => /^(?:[0-9a-f]{7}|[0-9a-f]{40})$/.test(value),
  spdx: (value) => SPDX_IDENTIFIERS.has(value),
  email: (value) => MAILBOX.test(value),
};
