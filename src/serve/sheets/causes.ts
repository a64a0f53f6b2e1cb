import { COLUMN_NAMES, type ColumnName, SECRET_COLUMNS } from '../../records/columns.js';
import { type Problem, type ProblemCode, STRUCTURE_CODES } from '../../records/problem.js';
import { type Hit, type ProblemGroup, ProblemGroups } from '../../results/problem-groups.js';
import { problemOf } from '../../results/row-outcome.js';
import { readRun } from '../../run/directory.js';
import type { SheetCheck } from './checks.js';

/** A text that is wrong in a column, and how often. */
export interface CauseValue {
  /** null for what is no column of ours */
  readonly column: ColumnName | null;
  readonly text: string;
  readonly count: number;
  /** whether something can be used in its place in all rows at once; of a blank cell, a default */
  readonly canReplace: boolean;
  /** what it most likely means; null where nobody can tell */
  readonly meant: string | null;
}

/** A row that a cause hit, or the header's. */
export interface CausePlace {
  /** the worksheet's name; null for CSV */
  readonly sheet: string | null;
  /** of the worksheet, as the pages of rows have it; null where it has no rows */
  readonly source: number | null;
  readonly row: number;
}

/** A hit of a cause, in words. */
interface CauseExample extends CausePlace {
  readonly message: string;
}

/** One cause with all that it hit, by what stands there. */
export interface Cause {
  readonly group: ProblemGroup;
  /** the most frequent first */
  readonly values: readonly CauseValue[];
  /** different texts that are not among `values` */
  readonly further: number;
  /** the first rows, each once */
  readonly places: readonly CausePlace[];
  /** the first hits of which each tells something else of another text */
  readonly examples: readonly CauseExample[];
}

/** Values of a cause that are told. */
const VALUES_TOLD = 200;
/** Different texts of a cause that are counted; a sheet where no cell is like another must not fill the memory. */
const VALUES_COUNTED = 20_000;
/** Longer texts are no values of a list. */
const LONGEST_TEXT = 200;
/** Problems that are read before others have their turn. */
const PAGE = 200;
const KEPT = 4;
const PLACES = 6;
const EXAMPLES = 3;
/** What stands for a secret, whatever it is. */
const HIDDEN = '(hidden)';

/** Rows that are alike or disagree: the same text in place of each would leave them so. */
const BETWEEN_ROWS: ReadonlySet<ProblemCode> = new Set([
  ...(['ACCOUNT_CONFLICT', 'ACCOUNT_TYPE_MIXED', 'SECOND_HOME_PHONE', 'JOINS_NOTHING'] as const),
  ...(['USER_CONFLICT', 'DUPLICATE_ROW', 'CALLER_ID_TAKEN', 'EXTENSION_TAKEN', 'USERNAME_TAKEN'] as const),
  ...(['PHONE_NUMBER_TAKEN', 'MAC_ADDRESS_TAKEN', 'LINE_NAME_TAKEN', 'HUNT_GROUP_NAME_TAKEN'] as const),
  ...(['VOICEMAIL_BOX_CONFLICT', 'TRUNK_NAME_TAKEN', 'SIP_USERNAME_TAKEN', 'PORT_ORDER_CONFLICT'] as const),
]);

/** What a workbook says of a cell: what its text stands for is not asked there. In CSV it is a text like others. */
export const OF_CELLS: ReadonlySet<ProblemCode> = new Set([
  ...([
    'CELL_ERROR',
    'FORMULA_NOT_CALCULATED',
    'COLUMN_TOO_NARROW',
    'DIGITS_LOST',
    'TURNED_INTO_DATE',
  ] as const),
]);

const columns: ReadonlySet<string> = new Set(COLUMN_NAMES);

/** What checks found, by cause. The journal of a check does not change, so that what was counted last is kept. */
export class Causes {
  readonly #kept = new Map<string, Promise<Cause[]>>();

  /** The causes of a check that has come to its end, as reports order them. */
  of({ directory, endedAt }: SheetCheck): Promise<Cause[]> {
    const key = `${directory} ${endedAt}`;
    const known = this.#kept.get(key);
    if (known) return known;
    const causes = readCauses(directory);
    this.#kept.set(key, causes);
    causes.catch(() => this.#kept.delete(key));
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT && oldest !== undefined) this.#kept.delete(oldest);
    return causes;
  }
}

/** What is counted of one cause: by column, how often each text. */
interface Counted {
  readonly texts: Map<string, Map<string, Times>>;
  size: number;
}

interface Times {
  times: number;
  readonly isOfWorkbook: boolean;
  readonly meant: string | null;
}

async function readCauses(directory: string): Promise<Cause[]> {
  const { journal } = readRun(directory);
  try {
    const groups = new ProblemGroups();
    const counted = new Map<string, Counted>();
    for (let after = 0; ; ) {
      const page = journal.problemsAfter(after, PAGE);
      const last = page.at(-1);
      if (!last) break;
      after = last.id;
      for (const each of page) {
        const problem = problemOf(each.problem);
        groups.add(problem);
        count(problem, counted);
      }
      await new Promise(setImmediate);
    }
    const sources = new Map(journal.sources().map(({ id, sheet }) => [sheet, id]));
    return groups.list().map((group) => causeOf(group, counted.get(group.code ?? ''), sources));
  } finally {
    await journal.close();
  }
}

function count({ code, column, value, sheet, hint }: Problem, counted: Map<string, Counted>): void {
  if (column === null) return;
  const of = counted.get(code) ?? { texts: new Map<string, Map<string, Times>>(), size: 0 };
  counted.set(code, of);
  const texts = of.texts.get(column) ?? new Map<string, Times>();
  of.texts.set(column, texts);
  const text = SECRET_COLUMNS.has(column as ColumnName) && value !== '' ? HIDDEN : value;
  const before = texts.get(text);
  if (before !== undefined) {
    before.times++;
    return;
  }
  if (of.size >= VALUES_COUNTED) return;
  of.size++;
  const [, meant = null] = /^Did you mean (.+)\?$/.exec(hint) ?? [];
  texts.set(text, { times: 1, isOfWorkbook: sheet !== null, meant });
}

function causeOf(
  group: ProblemGroup,
  counted: Counted | undefined,
  sources: ReadonlyMap<string | null, number>,
): Cause {
  const { code, hits } = group;
  const values = [...(counted?.texts ?? [])].flatMap(([column, texts]) =>
    [...texts].map(([text, { times, isOfWorkbook, meant }]): CauseValue => {
      const known = columns.has(column) ? (column as ColumnName) : null;
      const can = canReplace(code, known, text, isOfWorkbook);
      return { column: known, text, count: times, canReplace: can, meant: can ? meant : null };
    }),
  );
  values.sort((a, b) => b.count - a.count);
  const places = new Map<string, CausePlace>();
  for (const { sheet, row } of hits)
    if (row > 0 && places.size < PLACES)
      places.set(JSON.stringify([sheet, row]), { sheet, row, source: sources.get(sheet) ?? null });
  return {
    ...{ group, values: values.slice(0, VALUES_TOLD), further: Math.max(0, values.length - VALUES_TOLD) },
    places: [...places.values()],
    examples: examplesOf(hits).map(({ sheet, row, message }) => ({
      ...{ sheet, row, message, source: sources.get(sheet) ?? null },
    })),
  };
}

function examplesOf(hits: readonly Hit[]): readonly Hit[] {
  const examples: Hit[] = [];
  for (const hit of hits) {
    const { message, value, column } = hit;
    const isOther = (each: Hit) =>
      each.message !== message && (each.value !== value || each.column !== column);
    if (hit.row > 0 && examples.every(isOther)) examples.push(hit);
    if (examples.length === EXAMPLES) break;
  }
  return examples;
}

function canReplace(
  code: ProblemCode | null,
  column: ColumnName | null,
  text: string,
  isOfWorkbook: boolean,
): boolean {
  if (code === null || column === null || BETWEEN_ROWS.has(code) || SECRET_COLUMNS.has(column)) return false;
  if (text === '') return code === 'REQUIRED' || code === 'MISSING_COLUMN';
  if (STRUCTURE_CODES.includes(code) || (isOfWorkbook && OF_CELLS.has(code))) return false;
  return text.length <= LONGEST_TEXT;
}
