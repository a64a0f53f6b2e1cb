import { isOfStructure, type ProblemGroup } from '../results/problem-groups.js';
import type { TableHeaders } from '../results/run-report.js';
import { HEADER_HOW, placeText } from '../results/wording.js';
import { oneLine } from './plain-text.js';
import { fitted, type Painter } from './summary.js';

type HeaderMatch = TableHeaders['headers'][number];

/** Headers of one table that are shown: a stray cell far out makes thousands of blank ones, which are none of them. */
const HEADERS_SHOWN = 200;
/** Headers that the one line of a clean input names of a kind. */
const NAMES_SHOWN = 8;
const WIDEST_HEADER = 40;

/**
 * How the headers of an input were understood: one line where all is clear; else, a table after the other, every header
 * with the column that it was taken for.
 *
 * @param groups what is wrong with the input, as far as it is known
 * @returns '' when there is no header
 */
export function structureText(
  tables: readonly TableHeaders[],
  groups: readonly ProblemGroup[],
  paint: Painter,
): string {
  const shown = tables.map((table) => ({ ...table, headers: table.headers.filter(isTyped) }));
  if (shown.every(({ headers }) => headers.length === 0)) return '';
  if (!shown.some(({ headers }) => isOdd(headers)) && !groups.some(isOfStructure))
    return `${inOneLine(shown.flatMap(({ headers }) => headers))}\n`;
  return shown.map((table) => inFull(table, groups, paint)).join('');
}

/** A header of the user's own. */
function isTyped({ header, how }: HeaderMatch): boolean {
  return header.trim() !== '' && how !== 'result';
}

function isOdd(headers: readonly HeaderMatch[]): boolean {
  const columns = headers.flatMap(({ column }) => (column === null ? [] : [column]));
  return new Set(columns).size < columns.length || headers.some(({ how }) => how === 'unknown');
}

function inOneLine(headers: readonly HeaderMatch[]): string {
  const named = (how: HeaderMatch['how'], what: string): string[] => {
    const texts = [...new Set(headers.filter((each) => each.how === how).map(arrow))];
    if (texts.length === 0) return [];
    const rest = texts.length > NAMES_SHOWN ? ', …' : '';
    return [`${texts.length} ${what} (${texts.slice(0, NAMES_SHOWN).join(', ')}${rest})`];
  };
  const exact = headers.filter(({ how }) => how === 'name').length;
  const parts = [
    ...named('synonym', 'by synonym'),
    ...named('profile', 'by the profile'),
    ...named('ignored', 'not used'),
  ];
  if (parts.length === 0) return `Headers: all ${exact} are names of columns.`;
  return `Headers: ${[...(exact > 0 ? [`${exact} by name`] : []), ...parts].join(', ')}.`;
}

function arrow({ header, column }: HeaderMatch): string {
  return oneLine(column === null ? header : `${header} → ${column}`);
}

function inFull(
  { file, sheet, headers }: TableHeaders,
  groups: readonly ProblemGroup[],
  paint: Painter,
): string {
  const wrong = groups.find(({ code }) => code === 'MISTAKEN_HEADER')?.hits ?? [];
  const isWrong = ({ header }: HeaderMatch) =>
    wrong.some((hit) => hit.file === file && hit.sheet === sheet && hit.value === header);
  const isPlain = (match: HeaderMatch) => match.header === match.column && !isWrong(match);
  const told = headers.filter((match) => !isPlain(match));
  const width = Math.min(WIDEST_HEADER, Math.max(0, ...told.map(({ header }) => [...header].length)));
  const taken = new Set<string>();
  const lines = told.slice(0, HEADERS_SHOWN).map((match) => {
    const { header, column, how, nearest } = match;
    const twice = column !== null && taken.size === taken.add(column).size;
    const doubt = isWrong(match)
      ? '; probably wrong, see below'
      : twice
        ? '; another header is this column already'
        : nearest === null
          ? ''
          : `; did you mean ${nearest}?`;
    const text = `  ${fitted(header, width)} → ${(column ?? 'not used').padEnd(20)} ${HEADER_HOW[how]}${doubt}`;
    return doubt !== '' || how === 'unknown' ? paint(text, 'yellow') : text;
  });
  const plain = headers.filter(isPlain).map(({ header }) => header);
  if (told.length > HEADERS_SHOWN) lines.push(`  … and ${told.length - HEADERS_SHOWN} more`);
  if (plain.length > 0) lines.push(`  by their names: ${plain.join(', ')}`);
  const place = oneLine(placeText({ file, sheet, row: 0 }));
  return `${paint(`How the headers of ${place} were understood`, 'bold')}\n${lines.join('\n')}\n\n`;
}
