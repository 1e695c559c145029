import { EXCEPTIONS, LICENCES } from '#inventory/formats/licence-identifiers.ts';

const EXPRESSION_LIMIT = 1000;

function isOperand(word: string): boolean {
  return LICENCES.has(word) || (word.endsWith('+') && LICENCES.has(word.slice(0, -1)));
}

/** True for an expression by the grammar (SPDX 2.3, Annex D) all of whose identifiers are known. */
function isExpression(text: string): boolean {
  if (text.length > EXPRESSION_LIMIT) return false;
  let open = 0;
  let last: 'start' | 'operator' | 'licence' | 'with' | 'term' = 'start';
  for (const word of text.split(/(\(|\))| +/).filter(Boolean)) {
    if (last === 'start' || last === 'operator') {
      if (word === '(') open += 1;
      else if (isOperand(word)) last = 'licence';
      else return false;
    } else if (last === 'with') {
      if (!EXCEPTIONS.has(word)) return false;
      last = 'term';
    } else if (word === ')' && open > 0) {
      open -= 1;
      last = 'term';
    } else if (word === 'WITH' && last === 'licence') last = 'with';
    else if (word === 'AND' || word === 'OR') last = 'operator';
    else return false;
  }
  return (last === 'licence' || last === 'term') && open === 0;
}

/** How SBOM formats can say a declared licence: by a known identifier, as an expression, or by its name alone. */
export function licenceForm(text: string): 'identifier' | 'expression' | 'name' {
  if (LICENCES.has(text)) return 'identifier';
  return isExpression(text) ? 'expression' : 'name';
}
