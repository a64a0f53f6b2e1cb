import { rm } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { StopError } from '../errors.js';
import type { Journal, StoredRow, StoredSource } from '../journal/journal.js';
import { type ColumnName, columnOf, INPUT_COLUMNS, RESULT_COLUMNS } from '../records/columns.js';
import { productOfSheet } from '../records/headers.js';
import { isError, type Problem } from '../records/problem.js';
import { PRODUCTS } from '../records/products.js';
import { type ImportRecord, speakerOf } from '../records/record.js';
import type { OutCell, OutColumn, SheetWriter } from '../sheet/write/layout.js';
import { openSheetWriter, type SheetFormat } from '../sheet/write/write.js';
import { openWorkbookWriter, type WorkbookWriter, type WorksheetRows } from '../sheet/write/xlsx.js';
import { shellPath } from '../shell-word.js';
import { ChangesFile, type ChangesFound, ChangesSeen, changesOfRow } from './changes-list.js';
import { keepEdited, rememberWritten } from './edited-files.js';
import { Origins } from './origins.js';
import { columnsOfOthers, type Inherited, inheritableCells, OwnColumns } from './own-columns.js';
import { type ProblemGroup, ProblemGroups } from './problem-groups.js';
import { RowIndex } from './row-index.js';
import {
  columnNamedIn,
  eventsOf,
  isOpen,
  problemOf,
  type ResultCells,
  resultCells,
  resultOf,
} from './row-outcome.js';
import { SheetNames } from './sheet-names.js';

const FORMATS: readonly SheetFormat[] = ['xlsx', 'csv'];
/** Widths of the result columns that hold more than a word, in characters. */
const WIDTHS: Readonly<Record<string, number>> = { error: 60, hint: 50, warnings: 40, finishedAt: 26 };

/** A worksheet has 16,384 columns, and ours are among them. */
const MAX_OWN_COLUMNS = 16_384 - RESULT_COLUMNS.length - INPUT_COLUMNS.length;

/** Where the results are. */
export interface WrittenResults {
  /** path of `results.xlsx` or `results.csv` */
  readonly results: string;
  /** path of `errors.xlsx` or `errors.csv`; null when no selected row is left to be done */
  readonly errors: string | null;
  readonly findings: Findings;
}

/** What is to be said of all rows together. */
export interface Findings {
  /** all that is wrong with the rows, by cause, worst first */
  readonly groups: readonly ProblemGroup[];
  /** rows whose objects were there already and differ from the sheet; null when no row was compared */
  readonly differing: number | null;
  /** what an update has changed, or would */
  readonly changes: ChangesFound;
  /** what all rows are found by in the report */
  readonly rows: RowIndex;
}

/** Goes through all rows once, without writing anything: for when the results cannot be written. */
export function findingsOf(journal: Journal<ImportRecord>): Findings {
  const gathered = new Gathered(journal, new Origins(journal, journal.sources()));
  for (const row of journal.rows()) gathered.add(row, journal.problems(row.ordinal).map(problemOf));
  return gathered.findings();
}

class Gathered {
  readonly #groups = new ProblemGroups();
  readonly #rows = new RowIndex();
  readonly #origins: Origins;
  readonly #changes = new ChangesSeen();
  #differing: number | null = null;

  constructor(journal: Journal<ImportRecord>, origins: Origins) {
    this.#origins = origins;
    for (const problem of journal.problems(0).map(problemOf)) this.#groups.add(problem);
  }

  add(row: StoredRow<ImportRecord>, own: readonly Problem[], changes = changesOfRow(row)): void {
    this.#groups.addRow(row, own);
    this.#changes.add(changes);
    this.#rows.add(row, own, this.#origins.of(row).inputRow);
    const { differs } = resultOf(row);
    if (differs !== undefined) this.#differing = (this.#differing ?? 0) + (differs > 0 ? 1 : 0);
  }

  findings(): Findings {
    return {
      ...{ groups: this.#groups.list(), differing: this.#differing, rows: this.#rows },
      changes: this.#changes.found(),
    };
  }
}

/**
 * Writes `results.*` and `errors.*` of a run from its journal, and `changes.csv` where it has updated something. Both appear all at once; memory does not grow with the
 * rows. When no row is left to be done, an errors file of an earlier attempt is removed. One that somebody has edited is
 * kept under another name, as are results.
 *
 * Results hold the rows as typed; where the input is several files or worksheets, or was in an earlier round, each says
 * where it first stood. In the errors file every row does, and texts name other rows by that. The errors file holds
 * those that are not done, ready to be corrected and imported: a row that leaves cells blank because an earlier row of
 * its account or user has them gets them filled in when that earlier row is done or not selected, and so not in the
 * file. A user's further number says of itself that it is not the caller ID.
 *
 * @throws StopError `RESULTS_UNWRITABLE`; the files of an earlier attempt are then untouched
 */
export async function writeResults(
  journal: Journal<ImportRecord>,
  runDir: string,
  format: SheetFormat,
): Promise<WrittenResults> {
  const sources = new Map(journal.sources().map((source) => [source.id, source]));
  const origins = new Origins(journal, [...sources.values()]);
  const run: Run = { journal, sources, origins, format };
  const paths = { results: join(runDir, `results.${format}`), errors: join(runDir, `errors.${format}`) };
  const results = new OutputFile(run, paths.results, false);
  const errors = new OutputFile(run, paths.errors, true);
  const changed = new ChangesFile(runDir);
  const gathered = new Gathered(journal, origins);
  const tableErrors = new TableErrors();
  try {
    await results.open();
    for (const problem of journal.problems(0).map(problemOf)) tableErrors.add(problem);
    for (const row of journal.rows()) {
      const own = journal.problems(row.ordinal).map(problemOf);
      const changes = changesOfRow(row);
      gathered.add(row, own, changes);
      await changed.write(changes);
      const problems = tableErrors.explain(row, own);
      await results.write(row, problems);
      if (isOpen(row)) await errors.write(row, problems);
    }
    await results.commit();
    await errors.commit();
    await changed.commit();
    if (!errors.isOpen) for (const each of FORMATS) await removeWritten(join(runDir, `errors.${each}`));
  } catch (error) {
    // what cannot be taken away either is in nobody's way: it is a piece under a name of its own
    await Promise.allSettled([results.abort(), errors.abort(), changed.abort()]);
    throw unwritable(error, runDir);
  }
  return {
    results: paths.results,
    errors: errors.isOpen ? paths.errors : null,
    findings: gathered.findings(),
  };
}

async function removeWritten(path: string): Promise<void> {
  await keepEdited(path);
  await rm(path, { force: true });
}

function unwritable(error: unknown, runDir: string): StopError {
  if (error instanceof StopError) return error;
  return new StopError(
    'RESULTS_UNWRITABLE',
    `The results cannot be written: ${(error as Error).message}.`,
    `Nothing is lost. When the cause is gone: alianza-import results ${shellPath(runDir)}`,
    { cause: error },
  );
}

/**
 * Errors of a whole table, such as a column that is not there. Each is a problem once, and makes many rows invalid:
 * those need it as their reason.
 */
class TableErrors {
  readonly #errors = new Map<string, Problem[]>();

  add(problem: Problem): void {
    if (!isError(problem)) return;
    const table = JSON.stringify([problem.file, problem.sheet]);
    const known = this.#errors.get(table);
    if (known) known.push(problem);
    else this.#errors.set(table, [problem]);
  }

  /** The row's own problems, or, if no error among them explains that it is invalid, those of its table as well. */
  explain(row: StoredRow<ImportRecord>, own: readonly Problem[]): readonly Problem[] {
    for (const problem of own) if (problem.row !== row.record.row) this.add(problem);
    if (row.status !== 'invalid' || own.some(isError)) return own;
    return [...own, ...(this.#errors.get(JSON.stringify([row.record.file, row.record.sheet])) ?? [])];
  }
}

/** What both files are written from. */
interface Run {
  readonly journal: Journal<ImportRecord>;
  readonly sources: ReadonlyMap<number, StoredSource>;
  readonly origins: Origins;
  readonly format: SheetFormat;
}

/** One of the two files. In a workbook each source is a worksheet; in CSV all are one table. */
class OutputFile {
  readonly #run: Run;
  readonly #path: string;
  /** the file that goes back in: cells are coloured, explained and have drop-downs, and blank cells are filled */
  readonly #isForCorrection: boolean;
  readonly #hasEvents: boolean;
  readonly #inputColumns: Origins['inErrors'];
  readonly #names = new SheetNames();
  #csv: SheetWriter | undefined;
  #workbook: WorkbookWriter | undefined;
  #sheet: { readonly source: number; readonly rows: WorksheetRows } | undefined;
  #own: OwnColumns;
  /** the first rows that were last asked for: most rows have the same as the one before */
  readonly #first = new Map<Inherited, { ordinal: number; cells: ReadonlyMap<ColumnName, string> }>();

  constructor(run: Run, path: string, isForCorrection: boolean) {
    this.#run = run;
    this.#path = path;
    this.#isForCorrection = isForCorrection;
    this.#hasEvents = run.journal.hasEvents();
    this.#inputColumns = isForCorrection ? run.origins.inErrors : run.origins.inResults;
    this.#own = new OwnColumns([...run.sources.values()], true, this.#toSayCallerId());
  }

  get isOpen(): boolean {
    return this.#csv !== undefined || this.#workbook !== undefined;
  }

  /** Begins the file; `write` does it as well. */
  async open(): Promise<void> {
    if (this.isOpen) return;
    if (this.#run.format === 'xlsx') this.#workbook = await openWorkbookWriter(this.#path);
    else this.#csv = await openSheetWriter(this.#path, 'csv', { sheetName: '', columns: this.#columns() });
  }

  async write(stored: StoredRow<ImportRecord>, found: readonly Problem[]): Promise<void> {
    const { origins } = this.#run;
    const isReworded = this.#inputColumns.length > 0;
    const row = isReworded ? origins.rewordedResult(stored) : stored;
    const problems = isReworded ? origins.reworded(found, stored) : found;
    await this.open();
    if (this.#workbook && this.#sheet?.source !== row.source) await this.#beginSheet(this.#workbook, row);
    const cells = this.#own.cells(row);
    const { journal } = this.#run;
    const events = this.#hasEvents ? eventsOf(journal, row.ordinal) : [];
    const result = resultCells(row, problems, events);
    if (this.#isForCorrection) this.#fill(row, cells);
    const out: (string | OutCell)[] = [...cells, ...RESULT_COLUMNS.map((column) => result[column])];
    if (isReworded) {
      const origin = origins.of(stored);
      out.push(...this.#inputColumns.map((column) => origin[column]));
    }
    if (this.#isForCorrection && this.#workbook) this.#explain(row, problems, result, out);
    await (this.#csv ?? this.#sheet?.rows)?.write(out);
  }

  async commit(): Promise<void> {
    // a workbook must have a worksheet, even when the input had no row
    if (this.#workbook && !this.#sheet)
      await this.#workbook.sheet({ sheetName: 'Results', columns: this.#columns() });
    if (!this.isOpen) return;
    await keepEdited(this.#path);
    await this.#csv?.commit();
    await this.#workbook?.commit();
    await rememberWritten(this.#path);
  }

  async abort(): Promise<void> {
    await this.#csv?.abort();
    await this.#workbook?.abort();
  }

  async #beginSheet(workbook: WorkbookWriter, row: StoredRow<ImportRecord>): Promise<void> {
    const { sources } = this.#run;
    const source = sources.get(row.source);
    const sheetName = this.#names.next(source ? (source.sheet ?? baseName(source.file)) : 'Sheet');
    // the worksheet's name speaks for the product, unless it came from elsewhere
    const addProduct = productOfSheet(sheetName) !== row.record.product;
    // the row of an account or user, whose cells this sheet may need, can be in another worksheet
    const { product } = row.record;
    const add = this.#isForCorrection ? columnsOfOthers([...sources.values()], product) : [];
    const hasUsers = product !== null && PRODUCTS[product].hasUser;
    const added = [...add, ...(hasUsers ? this.#toSayCallerId() : [])];
    const columns = (leaveOut?: ReadonlySet<number>) =>
      new OwnColumns(source ? [source] : [], addProduct, added, leaveOut);
    this.#own = columns();
    if (source && this.#own.columns.length > MAX_OWN_COLUMNS) {
      this.#own = columns(emptyColumns(this.#run.journal, source));
      if (this.#own.columns.length > MAX_OWN_COLUMNS) throw tooWide(this.#path, sheetName);
    }
    const rows = await workbook.sheet({ sheetName, columns: this.#columns() });
    this.#sheet = { source: row.source, rows };
    this.#first.clear();
  }

  /** The column that says of a user's further number that it is not the caller ID, where there are such numbers. */
  #toSayCallerId(): ColumnName[] {
    const { journal } = this.#run;
    return this.#isForCorrection && journal.meta('furtherNumbers') === true ? ['assignAsCallerId'] : [];
  }

  #columns(): OutColumn[] {
    const own = this.#own.columns.map(({ header, column }): OutColumn => {
      if (column === null || !this.#isForCorrection) return { header };
      const { options, textFormat } = columnOf(column);
      return { header, text: textFormat ?? false, ...(options ? { options } : {}) };
    });
    const added = [...RESULT_COLUMNS, ...this.#inputColumns];
    const result = added.map((header): OutColumn => ({ header, width: WIDTHS[header] ?? 18 }));
    return [...own, ...result];
  }

  #fill(row: StoredRow<ImportRecord>, cells: string[]): void {
    const { accountFirst, userFirst, product, callerId } = row.record;
    if (product !== null) this.#own.inherit(cells, new Map([['product', product]]));
    // alone in the file the row's number would be its user's first
    if (callerId === false) this.#own.inherit(cells, new Map([['assignAsCallerId', 'FALSE']]));
    if (userFirst !== row.ordinal) this.#own.inherit(cells, this.#cellsOfOther('user', userFirst));
    if (accountFirst !== row.ordinal) this.#own.inherit(cells, this.#cellsOfOther('account', accountFirst));
  }

  /** Whether a row stands in another worksheet than the one that is written. */
  #isOfOther(row: StoredRow<ImportRecord>): boolean {
    return this.#sheet !== undefined && this.#sheet.source !== row.source;
  }

  /** The cells that a row hands down, if it is not in the file itself; none when there is no such row. */
  #cellsOfOther(what: Inherited, ordinal: number): ReadonlyMap<ColumnName, string> {
    const known = this.#first.get(what);
    if (known?.ordinal === ordinal) return known.cells;
    const { journal, sources } = this.#run;
    const row = speakerOf(what, ordinal, (at) => journal.row(at));
    const source = row && sources.get(row.source);
    const isElsewhere = row && source && !isOpen(row);
    const cells = isElsewhere
      ? inheritableCells(what, row, source, this.#isOfOther(row))
      : new Map<ColumnName, string>();
    this.#first.set(what, { ordinal, cells });
    return cells;
  }

  /** Colours the bad cells and puts the reasons into their notes. */
  #explain(
    row: StoredRow<ImportRecord>,
    problems: readonly Problem[],
    result: ResultCells,
    out: (string | OutCell)[],
  ): void {
    const statusAt = this.#own.columns.length;
    const mark = (column: string | null, severity: 'error' | 'warning', note: string) => {
      const found = column === null ? -1 : this.#own.find(column);
      const at = found < 0 ? statusAt : found;
      const before = out[at] ?? '';
      const cell: OutCell = typeof before === 'string' ? { text: before } : before;
      out[at] = {
        text: cell.text,
        mark: cell.mark === 'error' ? 'error' : severity,
        note: cell.note === undefined ? note : `${cell.note}\n\n${note}`,
      };
    };
    for (const { column, severity, message, hint } of problems) mark(column, severity, `${message}\n${hint}`);
    const { error, hint } = resultOf(row);
    if (error === undefined) return;
    const textOf = (column: ColumnName) => {
      const at = this.#own.find(column);
      const cell = at < 0 ? '' : (out[at] ?? '');
      return typeof cell === 'string' ? cell : cell.text;
    };
    mark(
      columnNamedIn(error, textOf),
      'error',
      [`${result.failedStep}: ${error}`, hint ?? ''].join('\n').trim(),
    );
  }
}

/** Where a source has neither a header nor any cell: what lies between its columns and a stray cell far out. */
function emptyColumns(journal: Journal<ImportRecord>, { id, header }: StoredSource): Set<number> {
  const empty = new Set<number>();
  for (const [index, text] of header.entries()) if (text.trim() === '') empty.add(index);
  for (const { source, cells } of journal.rows())
    if (source === id) for (const [index, text] of cells.entries()) if (text !== '') empty.delete(index);
  return empty;
}

function tooWide(path: string, sheetName: string): StopError {
  return new StopError(
    'RESULTS_TOO_WIDE',
    `The worksheet "${sheetName}" has so many columns that the result columns find no room beside them.`,
    `Write them as CSV: alianza-import results ${shellPath(dirname(path))} --format csv`,
  );
}

function baseName(file: string): string {
  return file === '-' ? 'standard input' : basename(file, extname(file));
}
