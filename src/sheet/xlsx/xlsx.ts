import { posix } from 'node:path';
import { StopError } from '../../errors.js';
import { noHeader, toTable } from '../header.js';
import type { RawRow, ReadOptions } from '../raw.js';
import type { Source } from '../source.js';
import type { Row, Table } from '../table.js';
import { MergeFiller, readMerges } from './merges.js';
import { SheetParser, type WorkbookParts } from './sheet.js';
import { readSharedStrings, SharedTexts } from './strings.js';
import { readStyles } from './styles.js';
import { parseXml, readXml } from './xml.js';
import { type Archive, openArchive } from './zip.js';

const MEGABYTE = 1024 * 1024;
/** Held in memory; 100,000 rows of 45 columns with a text of its own in each cell have about 150 MB. */
const MAX_STRING_BYTES = 384 * MEGABYTE;
/** Streamed; a full worksheet of 1,048,576 rows and 45 columns has about 2 GB. */
const MAX_SHEET_BYTES = 4096 * MEGABYTE;
const MAX_OTHER_BYTES = 64 * MEGABYTE;
/** Few: the rows of a batch keep alive the texts they were cut from. */
const BATCH_ROWS = 32;

interface Worksheet {
  readonly name: string;
  readonly part: string;
  readonly hidden: boolean;
}

interface Workbook extends WorkbookParts {
  readonly sheets: readonly Worksheet[];
}

/**
 * Reads the worksheets of an Excel workbook (.xlsx, .xlsm) in the workbook's order or the one of the options, each as it
 * is asked for. Hidden worksheets are read only when no visible one has a header.
 * @throws StopError when the file is no workbook, damaged, or absurdly large, or no worksheet has a header
 */
export async function* xlsxTables(source: Source, options: ReadOptions): AsyncGenerator<Table> {
  const archive = await openArchive(source);
  const book = await readWorkbook(archive, source.title);
  let tables = 0;
  const visible = book.sheets.filter(({ hidden }) => !hidden);
  for (const sheet of inTurn(visible, source, options)) {
    for await (const table of sheetTable(archive, book, sheet, source, visible.length > 1, options)) {
      tables += 1;
      yield table;
    }
  }
  const readHidden = tables === 0;
  for (const sheet of book.sheets.filter(({ hidden }) => hidden)) {
    // a hidden sheet without a header (lists for drop-downs) is not worth a word
    const { onRawRows: _, ...others } = options;
    const quiet: ReadOptions = readHidden ? options : { ...others, onNotice: () => {} };
    for await (const table of sheetTable(archive, book, sheet, source, false, quiet)) {
      tables += 1;
      options.onNotice({
        file: source.file,
        sheet: sheet.name,
        code: 'HIDDEN_SHEET',
        message: `The worksheet "${sheet.name}" is hidden; it is ${readHidden ? 'read, since no other has a header' : 'not read'}.`,
        hint: readHidden ? 'Unhide it to see what is read.' : 'Unhide it if its rows are meant to be read.',
      });
      if (readHidden) yield table;
    }
  }
  if (tables === 0) throw noHeader(source.title);
}

/** The worksheets that are to be read, in the order of reading; of the others it is said that they are left out. */
function inTurn(sheets: readonly Worksheet[], { file }: Source, options: ReadOptions): readonly Worksheet[] {
  const turns = new Map(sheets.map((sheet) => [sheet, options.turnOf?.(sheet.name)]));
  const read = sheets.filter((sheet) => turns.get(sheet) !== null);
  for (const { name: sheet } of sheets.filter((each) => !read.includes(each))) {
    const message = `The worksheet "${sheet}" is not read, as the profile says.`;
    const hint = 'If it is to be read, take it out of "sheets" in the profile.';
    options.onNotice({ file, sheet, code: 'SHEET_LEFT_OUT', message, hint });
  }
  return read.sort((a, b) => compareTurns(turns.get(a), turns.get(b)));
}

/** Two worksheets whose turns are both infinite are of one turn. */
function compareTurns(a: number | null | undefined, b: number | null | undefined): number {
  return a === b ? 0 : (a ?? 0) - (b ?? 0);
}

/** The table of one worksheet; none when it has no header, which is said unless the sheet is hidden or blank. */
async function* sheetTable(
  archive: Archive,
  book: Workbook,
  sheet: Worksheet,
  source: Source,
  amongOthers: boolean,
  options: ReadOptions,
): AsyncGenerator<Table> {
  const about = { file: source.file, sheet: sheet.name };
  const merges = await readMerges(archive.read(sheet.part, MAX_SHEET_BYTES));
  const parser = new SheetParser(book, new MergeFiller(merges));
  const rows = sheetRows(archive, book, sheet, parser);
  try {
    const mergedIn = (row: number) =>
      merges
        .filter(({ first, last, column, lastColumn }) => first <= row && row <= last && lastColumn > column)
        .map(({ column, lastColumn }) => ({ from: column, to: lastColumn }));
    const raw = { ...about, amongOthers, rows, cellsBeyondHeader: 'notice', mergedIn } as const;
    const table = await toTable(raw, options);
    if (table) yield { ...table, rows: tellHiddenAfter(table, parser, options) };
    else if (!sheet.hidden && parser.usedRows > 0)
      options.onNotice({
        ...about,
        code: 'NOT_DATA',
        message: `The worksheet "${sheet.name}" has no header row; it is left out.`,
        hint: 'Hide or delete the worksheet if it is not for the import; if it is, its first row must name the columns.',
      });
  } finally {
    await rows.return(undefined);
  }
}

async function* sheetRows(
  archive: Archive,
  book: Workbook,
  sheet: Worksheet,
  parser: SheetParser,
): AsyncGenerator<readonly RawRow[], undefined> {
  for await (const _ of parseXml(archive.read(sheet.part, MAX_SHEET_BYTES), parser, book.title))
    if (parser.waiting >= BATCH_ROWS) yield parser.take();
  if (parser.waiting > 0) yield parser.take();
}

async function* tellHiddenAfter(
  table: Table,
  parser: SheetParser,
  options: ReadOptions,
): AsyncGenerator<readonly Row[]> {
  yield* table.rows;
  const width = table.header.length;
  let columns = 0;
  for (const { from, to } of parser.hiddenColumns) columns += Math.max(0, Math.min(to + 1, width) - from);
  const hidden = [
    parser.hiddenRows > 0 ? count(parser.hiddenRows, 'row') : '',
    columns > 0 ? count(columns, 'column') : '',
  ].filter((text) => text !== '');
  if (hidden.length === 0) return;
  options.onNotice({
    file: table.file,
    sheet: table.sheet,
    code: 'HIDDEN_CELLS',
    message: `${hidden.join(' and ')} hidden in "${table.sheet}" ${hidden.length === 1 && hidden[0]?.startsWith('1 ') ? 'was' : 'were'} read as well.`,
    hint: 'Delete them if they are not meant to be read; a filter only hides rows.',
  });
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

async function readWorkbook(archive: Archive, title: string): Promise<Workbook> {
  const book = await workbookPart(archive, title);
  const links = await readRelationships(archive, book, title);
  const parts = new Map(links.map(({ id, part }) => [id, part]));
  let date1904 = false;
  const sheets: Worksheet[] = [];
  await readXml(
    archive.read(book, MAX_OTHER_BYTES),
    {
      open(name, attributes) {
        if (name === 'workbookPr') date1904 = ['1', 'true'].includes(attributes['date1904'] ?? '');
        if (name !== 'sheet') return;
        const link = Object.entries(attributes).find(([key]) => key.endsWith(':id'))?.[1] ?? '';
        const part = parts.get(link);
        const isWorksheet = links.some(({ id, type }) => id === link && type === 'worksheet');
        const state = attributes['state'] ?? 'visible';
        if (part && isWorksheet)
          sheets.push({ name: attributes['name'] ?? part, part, hidden: state !== 'visible' });
      },
    },
    title,
  );
  const read = (type: string, most: number): AsyncGenerator<Buffer> | undefined => {
    const part = links.find((link) => link.type === type)?.part;
    return part !== undefined && archive.has(part) ? archive.read(part, most) : undefined;
  };
  const styles = read('styles', MAX_OTHER_BYTES);
  const strings = read('sharedStrings', MAX_STRING_BYTES);
  return {
    title,
    sheets,
    date1904,
    styles: styles ? await readStyles(styles, title) : [],
    strings: strings ? await readSharedStrings(strings, title) : new SharedTexts(),
  };
}

async function workbookPart(archive: Archive, title: string): Promise<string> {
  const root = archive.has('_rels/.rels') ? await readRelationships(archive, '', title) : [];
  const part = root.find(({ type }) => type === 'officeDocument')?.part ?? 'xl/workbook.xml';
  if (archive.has(part) && /^xl\/.*\.xml$|workbook[^/]*\.xml$/i.test(part)) return part;
  const is = archive.has('xl/workbook.bin')
    ? 'a binary Excel workbook (.xlsb)'
    : archive.has('content.xml')
      ? 'an OpenDocument file'
      : archive.has('word/document.xml')
        ? 'a Word document'
        : 'a zip archive without a workbook in it';
  throw new StopError(
    'SHEET_FORMAT_UNKNOWN',
    `${title} is ${is}.`,
    'Save the sheet as an Excel workbook (.xlsx) or as CSV.',
  );
}

interface Relationship {
  readonly id: string;
  /** the last word of the relationship's type, the same in the transitional and the strict format */
  readonly type: string;
  /** the full name of the part */
  readonly part: string;
}

/** The parts that a part refers to; the name '' stands for the archive itself. */
async function readRelationships(archive: Archive, of: string, title: string): Promise<Relationship[]> {
  const folder = of === '' ? '' : posix.dirname(of);
  const part = posix.join(folder, '_rels', `${posix.basename(of)}.rels`);
  const found: Relationship[] = [];
  if (!archive.has(part)) return found;
  await readXml(
    archive.read(part, MAX_OTHER_BYTES),
    {
      open(name, attributes) {
        if (name !== 'Relationship' || attributes['TargetMode'] === 'External') return;
        const target = (attributes['Target'] ?? '').replaceAll('\\', '/');
        found.push({
          id: attributes['Id'] ?? '',
          type: (attributes['Type'] ?? '').split('/').at(-1) ?? '',
          part: target.startsWith('/') ? target.slice(1) : posix.join(folder, target),
        });
      },
    },
    title,
  );
  return found;
}
