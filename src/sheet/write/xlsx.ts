import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import type { Cell, FillPattern, Style, Worksheet } from 'exceljs';
import { columnLetters } from '../xlsx/values.js';
import { openAtomic } from './atomic.js';
import type { OutCell, OutColumn, OutLayout } from './layout.js';

/** Between so many rows the loop gets its turn and the packer its time: exceljs itself never waits. */
const YIELD_ROWS = 128;
/** Rows that drop-downs reach to; some programs hold each cell of the range in memory. */
const DROP_DOWN_ROWS = 10_000;
const MAX_CELL_LENGTH = 32_767;
const MAX_COLUMNS = 16_384;
/** Of a layout that is too wide these last columns are kept: what a program adds to a sheet is at its end. */
const LAST_COLUMNS = 64;
/** Excel takes a drop-down list in the cell's own rule up to this many characters; longer ones from a worksheet. */
const MAX_INLINE_LIST_LENGTH = 255;
const LISTS_SHEET = 'Lists';
const BLANK_ROW_POINTS = 15;

const fill = (argb: string): FillPattern => ({ type: 'pattern', pattern: 'solid', fgColor: { argb } });

/** Shared objects: exceljs looks a style up once for each object. */
const TEXT: Partial<Style> = { numFmt: '@' };
const MARKED: Record<'error' | 'warning', Partial<Style>> = {
  error: { numFmt: '@', fill: fill('FFF8CBAD') },
  warning: { numFmt: '@', fill: fill('FFFFE699') },
};
const HEADER: Partial<Style> = { numFmt: '@', font: { bold: true }, fill: fill('FFEDEDED') };
const REQUIRED_HEADER: Partial<Style> = { numFmt: '@', font: { bold: true }, fill: fill('FFBDD7EE') };

/** Takes the rows of one worksheet. */
export interface WorksheetRows {
  write(cells: readonly (string | OutCell)[]): Promise<void>;
}

/** Takes the rows of a worksheet in order; rows between them are blank. */
export interface NumberedRows {
  write(number: number, cells: readonly (string | OutCell)[]): Promise<void>;
}

/** A workbook that is written worksheet by worksheet. */
export interface WorkbookWriter {
  /** Begins the next worksheet, with a header row; ends the one before. */
  sheet(layout: OutLayout): Promise<WorksheetRows>;
  /** Begins the next worksheet, without a header; ends the one before. */
  bareSheet(name: string): Promise<NumberedRows>;
  /** Makes the file durable and gives it its name. */
  commit(): Promise<void>;
  /** Removes what was written. */
  abort(): Promise<void>;
}

/**
 * Begins a workbook; it appears under `path` all at once, at commit.
 * @param mode permissions of the file; 0o600 by default
 */
export async function openWorkbookWriter(path: string, mode?: number): Promise<WorkbookWriter> {
  // a third of a second to load: only who writes a workbook pays for it
  const { default: ExcelJS } = await import('#exceljs');
  const file = await openAtomic(path, mode);
  // with a descriptor of its own: a stream on the handle would close it, or keep it from ever closing
  const output = createWriteStream(file.partial, { flags: 'r+' });
  let failure: Error | undefined;
  output.on('error', (error) => {
    failure = error;
  });
  const workbook = new ExcelJS.stream.xlsx.WorkbookWriter({
    stream: output,
    useStyles: true,
    useSharedStrings: false,
  });
  const lists: (readonly string[])[] = [];
  let current: Worksheet | undefined;

  const sheet = async (layout: OutLayout): Promise<WorksheetRows> => {
    await current?.commit();
    const worksheet = workbook.addWorksheet(worksheetName(layout.sheetName), {
      views: [{ state: 'frozen', ySplit: 1 }],
    });
    current = worksheet;
    const columns = withinSheet(layout.columns);
    worksheet.columns = columns.map((column) => ({
      width: column.width ?? Math.min(40, Math.max(10, column.header.length + 4)),
      ...(column.text ? { style: TEXT } : {}),
    }));
    worksheet.autoFilter = {
      from: { row: 1, column: 1 },
      to: { row: 1, column: Math.max(1, columns.length) },
    };
    for (const [index, column] of columns.entries()) addDropDown(worksheet, index, column, lists);

    let rows = 1;
    const header = worksheet.getRow(1);
    for (const [index, column] of columns.entries()) {
      const style = column.required ? REQUIRED_HEADER : HEADER;
      fillCell(header.getCell(index + 1), column.header, style, column.note);
    }
    header.commit();
    const write = async (cells: readonly (string | OutCell)[]): Promise<void> => {
      rows += 1;
      await writeRow(worksheet, rows, cells);
    };
    return { write };
  };

  const bareSheet = async (name: string): Promise<NumberedRows> => {
    await current?.commit();
    const worksheet = workbook.addWorksheet(worksheetName(name));
    current = worksheet;
    return { write: (number, cells) => writeRow(worksheet, number, cells) };
  };

  const writeRow = async (
    worksheet: Worksheet,
    number: number,
    cells: readonly (string | OutCell)[],
  ): Promise<void> => {
    const row = worksheet.getRow(number);
    for (const [index, cell] of withinSheet(cells).entries()) {
      if (typeof cell === 'string') {
        if (cell !== '') fillCell(row.getCell(index + 1), cell, TEXT);
      } else fillCell(row.getCell(index + 1), cell.text, cell.mark ? MARKED[cell.mark] : TEXT, cell.note);
    }
    // exceljs leaves a row out that has neither a text nor a height, with its marks and notes
    if (!row.hasValues && cells.length > 0) row.height = BLANK_ROW_POINTS;
    row.commit();
    if (number % YIELD_ROWS === 0) await setImmediate();
    if (failure) throw failure;
  };

  const commit = async (): Promise<void> => {
    await current?.commit();
    if (lists.length > 0) {
      const worksheet = workbook.addWorksheet(LISTS_SHEET, { state: 'veryHidden' });
      for (let i = 0; lists.some((values) => i < values.length); i += 1)
        worksheet.addRow(lists.map((values) => values[i] ?? null)).commit();
      worksheet.commit();
    }
    if (failure) throw failure;
    // rejects on an error of the stream, at which exceljs may wait for ever
    await Promise.all([once(output, 'finish'), workbook.commit()]);
    await file.commit();
  };
  const abort = async (): Promise<void> => {
    if (!output.closed) {
      const closed = once(output, 'close');
      output.destroy();
      await closed;
    }
    await file.abort();
  };
  return { sheet, bareSheet, commit, abort };
}

/** What a worksheet has room for: of a row that is too wide the columns before the last ones are left out. */
function withinSheet<T>(cells: readonly T[]): readonly T[] {
  if (cells.length <= MAX_COLUMNS) return cells;
  return [...cells.slice(0, MAX_COLUMNS - LAST_COLUMNS), ...cells.slice(-LAST_COLUMNS)];
}

/** A name that Excel accepts: exceljs would write any, and Excel call the file damaged. */
function worksheetName(name: string): string {
  return name.replace(/[*?:\\/[\]]/g, ' ').slice(0, 31);
}

function fillCell(cell: Cell, text: string, style: Partial<Style>, note?: string): void {
  cell.style = style;
  if (text !== '') cell.value = encodeText(text);
  if (note !== undefined) cell.note = { texts: [{ text: encodeText(note) }] };
}

/** The text as XML can hold it: no more than a cell takes, characters that XML can not hold as `_xHHHH_`. */
function encodeText(text: string): string {
  const kept = text.length > MAX_CELL_LENGTH ? `${text.slice(0, MAX_CELL_LENGTH - 1)}…` : text;
  return kept
    .replace(/\p{Surrogate}/gu, '\uFFFD')
    .replace(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_')
    .replace(
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
      /[\u0000-\u0008\u000b-\u001f\u007f\ufffe\uffff]/g,
      (character: string) => `_x${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`,
    );
}

function addDropDown(
  worksheet: Worksheet,
  index: number,
  column: OutColumn,
  lists: (readonly string[])[],
): void {
  const { options } = column;
  if (!options || options.length === 0) return;
  const inline = options.join(',');
  let formula = `"${inline.replaceAll('"', '""')}"`;
  if (inline.length > MAX_INLINE_LIST_LENGTH || options.some((option) => option.includes(','))) {
    const letters = columnLetters(lists.push(options));
    formula = `${LISTS_SHEET}!$${letters}$1:$${letters}$${options.length}`;
  }
  const letters = columnLetters(index + 1);
  validationsOf(worksheet).add(`${letters}2:${letters}${DROP_DOWN_ROWS}`, {
    type: 'list',
    allowBlank: true,
    showErrorMessage: true,
    errorStyle: 'warning',
    errorTitle: column.header,
    error: 'This is not one of the listed values.',
    formulae: [formula],
  });
}

/** exceljs has this member, and its types do not. */
function validationsOf(worksheet: Worksheet): { add(range: string, rule: object): void } {
  return (worksheet as unknown as { dataValidations: { add(range: string, rule: object): void } })
    .dataValidations;
}
