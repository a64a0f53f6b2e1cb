import type { Table } from '../sheet/table.js';
import type { TableColumns } from './cells/read-cells.js';
import type { ColumnName } from './columns.js';
import { type Problem, withSeverity } from './problem.js';

/** Fewer cells than this that do not fit may be mistakes of their own. */
const MIN_UNFIT = 3;

/** Whether most cells below a header are no values of the column that it was taken for, which is not its very name. */
export function isMistaken({ name, match, entry, unfit, filled }: TableColumns['all'][number]): boolean {
  // of a choice whose header a profile names, the texts are what is missing in the profile
  if (match.header === name || (match.how === 'profile' && entry.options !== undefined)) return false;
  return unfit >= MIN_UNFIT && 2 * unfit > filled;
}

/**
 * What is wrong with a header that was taken for the wrong column, and the line of a profile that corrects it.
 * @param meant the column that it more likely means
 */
export function mistaken(
  { name, match, entry, unfit, filled, example }: TableColumns['all'][number],
  meant: ColumnName | null,
): Pick<Problem, 'message' | 'hint'> {
  const header = JSON.stringify(match.header);
  const what = entry.help.split(/[,:;.(]/)[0] ?? '';
  const message =
    `"${match.header}" was taken for ${name}, ${what.replace(/^\p{Lu}(?=\p{Ll}|\s)/u, (letter) => letter.toLowerCase())}; ` +
    `${unfit.toLocaleString('en-US')} of ${filled.toLocaleString('en-US')} do not fit`;
  const line = `"headers": { ${header}: ${meant === null ? 'null' : `"${meant}"`} }${meant === null ? ' (null: it is not used)' : ''}`;
  if (entry.options !== undefined) {
    const texts = `"values": { "${name}": { ${JSON.stringify(example)}: "…" } }`;
    return {
      message,
      hint: `Say in a profile what its texts stand for: ${texts}; if it is something else: ${line}.`,
    };
  }
  const correct = match.how === 'profile' ? 'Correct the profile' : 'Say in a profile what it is';
  return { message, hint: `${correct}: ${line}.` };
}

/** The problem of a header that a profile names and no table has. */
export function nowhere(header: string, { file }: Pick<Table, 'file'>): Problem {
  const message = `The profile names the header "${header}", and no sheet has it`;
  const hint =
    'Correct the name in the profile, or leave it out there if the sheet has no such column any more.';
  const place = { file, sheet: null, row: 0, column: null, value: header };
  return withSeverity({ ...place, code: 'PROFILE_HEADER_NOWHERE', message, hint });
}
