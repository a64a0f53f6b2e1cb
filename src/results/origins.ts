import { basename } from 'node:path';
import type { Journal, StoredRow, StoredSource } from '../journal/journal.js';
import { INPUT_COLUMNS } from '../records/columns.js';
import { headersOf } from '../records/headers.js';
import { type OtherRow, type Problem, rowText } from '../records/problem.js';
import type { ImportRecord } from '../records/record.js';
import { resultOf } from './row-outcome.js';

type InputColumn = (typeof INPUT_COLUMNS)[number];

/** Where a row first stood, as the input columns show it; '' for what is not known. */
export type Origin = Readonly<Record<InputColumn, string>>;

const UNKNOWN: Origin = { inputFile: '', inputSheet: '', inputRow: '' };

/** Of these, `inputRow` alone: the file and worksheet are known to whoever has the sheet. */
const ROW_ALONE = ['inputRow'] as const;

/**
 * Where the rows of a run first stood. An errors file that comes back in says of each row where it stood in the sheet
 * that it was taken from, and that is handed on, however many rounds it takes.
 */
export class Origins {
  readonly #journal: Pick<Journal<ImportRecord>, 'row'>;
  readonly #columns = new Map<number, Partial<Record<InputColumn, number>>>();
  readonly #fileNames: ReadonlyMap<string, string>;
  /** there are several files or worksheets, or were in an earlier round */
  readonly #isNamed: boolean;

  constructor(journal: Pick<Journal<ImportRecord>, 'row'>, sources: readonly StoredSource[]) {
    this.#journal = journal;
    for (const source of sources) this.#columns.set(source.id, inputColumnsOf(source));
    this.#fileNames = namesOf(new Set(sources.map(({ file }) => file)));
    const came = [...this.#columns.values()];
    this.#isNamed = sources.length > 1 || came.some(({ inputFile }) => inputFile !== undefined);
  }

  /** The input columns of the results: those that the rows of the sheet do not say by their order. */
  get inResults(): readonly InputColumn[] {
    if (this.#isNamed) return INPUT_COLUMNS;
    return [...this.#columns.values()].some(({ inputRow }) => inputRow !== undefined) ? ROW_ALONE : [];
  }

  /** The input columns of the errors file: its rows are always others than those of the sheet. */
  get inErrors(): readonly InputColumn[] {
    return this.#isNamed ? INPUT_COLUMNS : ROW_ALONE;
  }

  /** Where a row first stood; nothing of a row that somebody has added to an errors file. */
  of({ source, row, cells, record: { file, sheet } }: StoredRow<ImportRecord>): Origin {
    const at = this.#columns.get(source) ?? {};
    const cell = (name: InputColumn) => cells[at[name] ?? -1] ?? '';
    const inputRow = cell('inputRow');
    const known = { inputFile: cell('inputFile'), inputSheet: cell('inputSheet'), inputRow };
    if (this.#isNamed ? inputRow !== '' && at.inputFile !== undefined : inputRow !== '') return known;
    // of a sheet that is not named in it, the place in the errors file at hand is the one that can be found
    if (at.inputRow !== undefined && !this.#isNamed) return UNKNOWN;
    return { inputFile: this.#fileNames.get(file) ?? file, inputSheet: sheet ?? '', inputRow: String(row) };
  }

  /** A row's problems with texts that name rows by their `inputRow`: true in a file that has that column. */
  reworded(problems: readonly Problem[], row: StoredRow<ImportRecord>): readonly Problem[] {
    const from = { ordinal: row.ordinal, ...placeOf(row) };
    return problems.map((problem) => {
      const { other, message } = problem;
      const texts = { message: this.#renamed(message, row, other === undefined ? [from] : [other, from]) };
      return texts.message === message ? problem : { ...problem, ...texts };
    });
  }

  /** A row with what the run says of it, likewise. */
  rewordedResult(row: StoredRow<ImportRecord>): StoredRow<ImportRecord> {
    const { error, hint, other } = resultOf(row);
    if (error === undefined) return row;
    const { accountFirst, userFirst } = row.record;
    const named = new Set([other ?? 0, accountFirst, userFirst].filter((ordinal) => ordinal !== 0));
    const others = [...named].flatMap((ordinal) => {
      const found = this.#journal.row(ordinal);
      return found ? [{ ordinal, ...placeOf(found) }] : [];
    });
    const texts = { error: this.#renamed(error, row, others), hint: this.#renamed(hint ?? '', row, others) };
    return { ...row, result: { ...row.result, ...texts } };
  }

  #renamed(text: string, row: StoredRow<ImportRecord>, others: readonly OtherRow[]): string {
    let renamed = text;
    for (const other of others) {
      const words = rowText(other, row.record);
      // most texts name no other row
      if (!renamed.includes(words)) continue;
      const found = other.ordinal === row.ordinal ? row : this.#journal.row(other.ordinal);
      const origin = found ? this.of(found) : UNKNOWN;
      if (origin.inputRow === '') continue;
      const pattern = new RegExp(`(?<!\\w)${words.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}(?!\\d)`, 'g');
      renamed = renamed.replace(pattern, () => originText(origin, this.of(row)));
    }
    return renamed;
  }
}

/** A row by its input columns, as seen from another one: `inputRow 5`, `inputRow 5 of worksheet "Users" of users.xlsx`. */
function originText({ inputFile, inputSheet, inputRow }: Origin, from: Origin): string {
  const worksheet = inputSheet === '' ? '' : ` of worksheet "${inputSheet}"`;
  if (inputFile !== from.inputFile) return `inputRow ${inputRow}${worksheet} of ${inputFile}`;
  return inputSheet === from.inputSheet ? `inputRow ${inputRow}` : `inputRow ${inputRow}${worksheet}`;
}

function placeOf({ row, record: { file, sheet } }: StoredRow<ImportRecord>): Omit<OtherRow, 'ordinal'> {
  return { file, sheet, row };
}

/** Where the input columns stand in a source that has them: an errors file of ours. */
function inputColumnsOf(source: StoredSource): Partial<Record<InputColumn, number>> {
  const found = headersOf(source).flatMap(({ header, how, index }) => {
    const name = INPUT_COLUMNS.find((column) => column === header);
    return how === 'result' && name !== undefined ? [[name, index] as const] : [];
  });
  return Object.fromEntries(found);
}

/** Files by their names alone, or by their paths where two have one name. */
function namesOf(files: ReadonlySet<string>): Map<string, string> {
  const names = [...files].map((file) => basename(file));
  return new Map(
    [...files].map((file) => {
      const name = file === '-' ? 'standard input' : basename(file);
      return [file, names.filter((each) => each === name).length > 1 ? file : name];
    }),
  );
}
