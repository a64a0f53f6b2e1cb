import { StopError } from '../errors.js';
import { type TextOfCell, textOfCell } from '../records/cells/read-cells.js';
import { readTranslations, type Translations } from '../records/cells/translations.js';
import { maskOf, SECRET_COLUMNS } from '../records/columns.js';
import { type ChangedCell, EditedSheets, type Edits } from '../records/edits.js';
import { describeHeaders, type HeaderMatch } from '../records/headers.js';
import { headerNamesOf, type InputReading, readingOf } from '../records/reading.js';
import { namedPositions } from '../sheet/data-rows.js';
import { HEADER_SEARCH_ROWS } from '../sheet/header.js';
import { type RawRow, usedWidth } from '../sheet/raw.js';
import { openTables } from '../sheet/read.js';
import type { Row, RowFault, Table } from '../sheet/table.js';
import { openCsvWriter } from '../sheet/write/csv.js';
import type { OutCell } from '../sheet/write/layout.js';
import type { SheetFormat } from '../sheet/write/write.js';
import { openWorkbookWriter } from '../sheet/write/xlsx.js';
import { readOptions } from './read-options.js';

/** What is to be copied, and how. */
export interface CopyTask {
  readonly sheet: string;
  readonly reading: InputReading;
  /** null where nothing was corrected */
  readonly edits: Edits | null;
  readonly out: string;
  readonly format: SheetFormat;
  /** SIP passwords and PINs stand in it; they are masked otherwise */
  readonly hasSecrets: boolean;
}

/** What came of a copy. */
export interface CopyResult {
  /** cells that are marked and not copied: what they held is not what was typed once */
  readonly lost: number;
}

/** What stands for a lost cell where there are no marks: no column takes it, so that it cannot pass for a blank one. */
const LOST_IN_CSV = '#VALUE!';
const MAX_NOTE = 300;

/**
 * Writes a copy of a sheet with the edits made. Every cell is a text. All rows stay where they are: lines above the
 * header, blank ones, repeated headers; rows that are left out are blank. A cell that a spreadsheet damaged and nobody
 * has corrected is not copied: in a workbook it is blank and red, with what it held in a note; in CSV it is an error
 * value. Worksheets without a header are copied, too; hidden ones are not. Streams: memory grows with notes alone.
 *
 * @throws StopError as `openTables`; `EDIT_STALE`; `COPY_NOT_CSV` for CSV of several worksheets
 */
export async function writeCorrectedCopy(task: CopyTask): Promise<CopyResult> {
  const copy = await openCopy(task);
  try {
    const reader = new CopyReader(task, copy);
    await reader.read();
    await copy.commit();
    return { lost: reader.lost };
  } catch (error) {
    await copy.abort();
    throw error;
  }
}

/** Takes rows in order, sheet by sheet; those that are passed over are blank. */
interface Copy {
  begin(sheet: string | null): Promise<void>;
  write(number: number, cells: readonly (string | OutCell)[]): Promise<void>;
  commit(): Promise<void>;
  abort(): Promise<void>;
}

async function openCopy({ out, format }: CopyTask): Promise<Copy> {
  if (format === 'xlsx') {
    const { bareSheet, commit, abort } = await openWorkbookWriter(out);
    let rows: Awaited<ReturnType<typeof bareSheet>> | null = null;
    return {
      async begin(sheet) {
        rows = await bareSheet(sheet ?? 'Sheet1');
      },
      write: async (number, cells) => rows?.write(number, cells),
      ...{ commit, abort },
    };
  }
  const { write, commit, abort } = await openCsvWriter(out);
  let sheets = 0;
  let last = 0;
  return {
    async begin() {
      sheets += 1;
      if (sheets > 1)
        throw new StopError(
          'COPY_NOT_CSV',
          'The workbook has several worksheets, and a CSV file holds one.',
          'Take the copy as a workbook (.xlsx).',
        );
    },
    async write(number, cells) {
      for (; last < number - 1; last += 1) await write([]);
      await write(cells);
      last = number;
    },
    ...{ commit, abort },
  };
}

/** The table that is being copied. */
interface OpenTable {
  readonly headerRow: number;
  readonly headers: readonly HeaderMatch[];
  readonly translations: Translations;
  /** of each column of the table, where it is in the sheet; null where it is the same */
  readonly positions: readonly number[] | null;
}

class CopyReader {
  readonly #task: CopyTask;
  readonly #copy: Copy;
  readonly #edited: EditedSheets | null;
  /** of the rows that are not written yet, copies as they were read */
  #waiting: RawRow[] = [];
  #sheet: string | null | undefined;
  #table: OpenTable | null = null;
  /** rows of the worksheet that are not blank, as long as its table is not open */
  #searched = 0;
  /** where secrets stand, and what stands in their place */
  #masks = new Map<number, string>();
  lost = 0;

  constructor(task: CopyTask, copy: Copy) {
    this.#task = task;
    this.#copy = copy;
    this.#edited = task.edits && new EditedSheets(task.edits, 1);
  }

  async read(): Promise<void> {
    const { sheet: file, reading } = this.#task;
    const { isKnownHeader } = readOptions(file, reading, () => {});
    const options = {
      isKnownHeader,
      onNotice: () => {},
      onRawRows: (rows: readonly RawRow[], sheet: string | null) => this.#take(rows, sheet),
    };
    for await (const table of openTables([file], options)) {
      this.#open(table);
      for await (const rows of table.rows) await this.#writeData(rows);
      await this.#writeWaiting(Number.POSITIVE_INFINITY);
      this.#edited?.closeTable();
      this.#table = null;
    }
    await this.#writeWaiting(Number.POSITIVE_INFINITY);
    this.#edited?.finish();
  }

  async #take(rows: readonly RawRow[], sheet: string | null): Promise<void> {
    if (sheet !== this.#sheet) {
      await this.#writeWaiting(Number.POSITIVE_INFINITY);
      this.#sheet = sheet;
      this.#searched = 0;
      this.#masks = new Map();
      await this.#copy.begin(sheet);
    }
    // Only a worksheet in which no header was found is read on before its table is opened.
    const hasNoHeader = this.#table === null && this.#searched >= HEADER_SEARCH_ROWS && sheet !== null;
    if (this.#table === null) for (const { cells } of rows) if (usedWidth(cells) > 0) this.#searched += 1;
    for (const row of rows) this.#waiting.push({ ...row, cells: [...row.cells] });
    if (hasNoHeader) await this.#writeWaiting(Number.POSITIVE_INFINITY);
  }

  #open(table: Table): void {
    const { reading } = this.#task;
    const headers = describeHeaders(table, headerNamesOf(reading, table));
    const { valueTranslations = {}, blank = [] } = readingOf(reading, table);
    const header = this.#waiting.find(({ number }) => number === table.headerRow)?.cells ?? [];
    this.#table = {
      ...{ headerRow: table.headerRow, headers, translations: readTranslations(valueTranslations, blank) },
      positions: namedPositions(header.slice(0, usedWidth(header))),
    };
    this.#mask(headers, this.#table.positions);
    this.#edited?.openTable(table, headers);
  }

  /** From now on what stands under these headers is masked where it is a secret. */
  #mask(headers: readonly HeaderMatch[], positions: readonly number[] | null): void {
    if (this.#task.hasSecrets) return;
    for (const { column, index } of headers)
      if (column !== null && SECRET_COLUMNS.has(column))
        this.#masks.set(positions?.[index] ?? index, maskOf(column));
  }

  async #writeData(rows: readonly Row[]): Promise<void> {
    const {
      rows: edited,
      leftOut,
      changed,
    } = this.#edited?.apply(rows) ?? {
      ...{ rows, leftOut: [] as const, changed: [] as const },
    };
    const stale = edited.find(({ fault }) => fault?.code === 'EDIT_STALE')?.fault;
    if (stale) throw new StopError('EDIT_STALE', `${stale.message}.`, stale.hint);
    const data = new Map(edited.map((row) => [row.number, row]));
    const omitted = new Map(leftOut.map((problem) => [problem.row, problem.message]));
    const changes = new Map<number, ChangedCell[]>();
    for (const change of changed) changes.set(change.row, [...(changes.get(change.row) ?? []), change]);
    const last = rows.at(-1)?.number ?? 0;
    for (const raw of this.#until(last)) {
      const row = data.get(raw.number);
      const why = omitted.get(raw.number);
      if (row) await this.#copy.write(raw.number, this.#copied(raw, row, changes.get(raw.number) ?? []));
      else if (why !== undefined)
        await this.#copy.write(raw.number, [{ text: '', mark: 'warning', note: this.#noteOf(raw, why) }]);
      else await this.#writeAsItIs(raw);
    }
  }

  async #writeWaiting(last: number): Promise<void> {
    for (const raw of this.#until(last)) await this.#writeAsItIs(raw);
  }

  #until(last: number): RawRow[] {
    const end = this.#waiting.findIndex(({ number }) => number > last);
    return this.#waiting.splice(0, end === -1 ? this.#waiting.length : end);
  }

  /** A row that is no data: a header, a line above it, a blank row, a worksheet without a header. */
  async #writeAsItIs(raw: RawRow): Promise<void> {
    await this.#copy.write(raw.number, raw.cells);
    // below the header it may be that of a second table, which may have its secrets elsewhere
    const isBelow = this.#table !== null && raw.number > this.#table.headerRow;
    if (isBelow) this.#mask(describeHeaders({ header: raw.cells }), null);
  }

  #copied(raw: RawRow, row: Row, changes: readonly ChangedCell[]): (string | OutCell)[] {
    const table = this.#table as OpenTable;
    const isLost = !this.#carries(row.fault);
    const cells: (string | OutCell)[] = raw.cells.map((cell, at) => this.#masks.get(at) ?? cell);
    for (const [at, cell] of raw.cells.entries()) if (cell === '') cells[at] = '';
    if (isLost)
      for (const [at, cell] of raw.cells.entries())
        if (cell !== '') cells[at] = this.#lostCell(at, cell, row.fault?.message ?? '');
    for (const [index, { column }] of table.headers.entries()) {
      const at = table.positions?.[index] ?? index;
      const kind = row.kinds?.[index];
      const typed = row.cells[index] ?? '';
      if (kind === undefined || kind === 'number' || kind === 'boolean' || typed === '') continue;
      const translated = column === null ? undefined : table.translations.get(column);
      const found = textOfCell(column, { typed, kind, other: row.others?.[index] }, translated);
      cells[at] = this.#cellOf(at, found);
    }
    for (const { position, was, by, at: when } of changes) {
      const at = table.positions?.[position] ?? position;
      const { column = null } = table.headers[position] ?? {};
      const isSecret = column !== null && SECRET_COLUMNS.has(column);
      const text = row.cells[position] ?? '';
      const who = [by, when?.slice(0, 10)].filter((each) => each !== undefined).join(', ');
      const before = isSecret ? 'another one' : was === '' ? 'blank' : `"${was}"`;
      const note = shortened(`was ${before}${who === '' ? '' : ` (${who})`}`);
      while (cells.length < at) cells.push('');
      cells[at] = { text: text === '' ? '' : (this.#masks.get(at) ?? text), note };
    }
    return cells;
  }

  /** Whether the copy of a row has the same fault by itself. */
  #carries(fault: RowFault | undefined): boolean {
    if (fault === undefined || fault.code === 'ANOTHER_HEADER') return true;
    return fault.code === 'ROW_TOO_LONG' && this.#task.format === 'csv';
  }

  #cellOf(at: number, { text, doubt }: TextOfCell): string | OutCell {
    if (doubt?.isLost) return this.#lostCell(at, text, doubt.message);
    const shown = this.#masks.get(at) ?? text;
    return doubt === null ? shown : { text: shown, mark: 'warning', note: this.#hidden(at, doubt.message) };
  }

  #lostCell(at: number, text: string, why: string): OutCell {
    this.lost += 1;
    const held = this.#masks.has(at) ? '' : `Held ${text}. `;
    const note = shortened(`${held}${this.#hidden(at, why)}. Type it again.`);
    return { text: this.#task.format === 'csv' ? LOST_IN_CSV : '', mark: 'error', note };
  }

  /** A message about a cell; those about secrets may repeat them. */
  #hidden(at: number, message: string): string {
    return this.#masks.has(at) ? 'The cell was damaged' : message;
  }

  #noteOf(raw: RawRow, why: string): string {
    const texts = raw.cells.map((cell, at) => (cell === '' ? '' : (this.#masks.get(at) ?? cell)));
    return shortened(`${why}. It held: ${texts.filter((text) => text !== '').join(' | ')}`);
  }
}

function shortened(note: string): string {
  return note.length > MAX_NOTE ? `${note.slice(0, MAX_NOTE - 1)}…` : note;
}
