import { basename, extname } from 'node:path';
import { StopError } from '../errors.js';
import type { ReadOptions } from './raw.js';
import { openSource, readBytes, type Source } from './source.js';
import type { Table } from './table.js';

export { hashFile } from './source.js';

type Content = 'text' | 'workbook' | 'old workbook or encrypted' | 'PDF' | 'web page' | 'gzip';

const TEXT_EXTENSIONS = ['.csv', '.tsv', '.txt', '.tab', '.psv'];
const WORKBOOK_EXTENSIONS = ['.xlsx', '.xlsm', '.xltx', '.xltm'];

/**
 * Opens each file in order (`-` is standard input) and yields its tables: one of a CSV file, one of each worksheet
 * with a header of a workbook. What a file is, is told by its bytes, not by its name. Each table's rows must be read
 * before the next table is asked for.
 * @throws StopError for a file that can not be read: missing, empty, no sheet, protected, damaged, without a header
 */
export async function* openTables(files: readonly string[], options: ReadOptions): AsyncGenerator<Table> {
  for (const file of files) {
    const source = await openSource(file);
    try {
      yield* await tablesOf(source, options);
    } finally {
      await source.close();
    }
  }
}

/** Each kind of file is read by a module, and packages, of its own, which are loaded only for it. */
async function tablesOf(source: Source, options: ReadOptions): Promise<AsyncGenerator<Table>> {
  refuseLockFile(source);
  const content = await contentOf(source);
  switch (content) {
    case 'text':
      tellExtension(source, WORKBOOK_EXTENSIONS, 'a text file, not an Excel workbook', options);
      return (await import('./csv/csv.js')).csvTable(source, options);
    case 'workbook':
      tellExtension(source, TEXT_EXTENSIONS, 'an Excel workbook, not a text file', options);
      return (await import('./xlsx/xlsx.js')).xlsxTables(source, options);
    case 'old workbook or encrypted':
      throw await compoundFileError(source);
    case 'gzip':
      throw new StopError(
        'SHEET_FORMAT_UNKNOWN',
        `${source.title} is a gzip archive.`,
        'Unpack it first (gunzip).',
      );
    default:
      throw new StopError(
        'SHEET_FORMAT_UNKNOWN',
        `${source.title} is a ${content}, not a sheet.`,
        'Open it in a spreadsheet program and save it as an Excel workbook (.xlsx) or as CSV.',
      );
  }
}

/** A lock file has the user's name and nothing else; a workbook with such a name is larger. */
const MAX_LOCK_FILE_BYTES = 1024;

/** Refuses the file that Excel (`~$x.xlsx`) or LibreOffice (`.~lock.x.xlsx#`) keeps beside a workbook that is open. */
function refuseLockFile(source: Source): void {
  const match = /^(?:~\$(.+)|\.~lock\.(.+)#)$/.exec(basename(source.file));
  const locked = match?.[1] ?? match?.[2];
  if (locked === undefined || source.size > MAX_LOCK_FILE_BYTES) return;
  throw new StopError(
    'SHEET_LOCK_FILE',
    `${source.title} is no sheet but a lock file: a spreadsheet program keeps it while a workbook such as ${locked} is open.`,
    `Save and close the workbook, then give ${locked} itself.`,
  );
}

async function contentOf(source: Source): Promise<Content> {
  const head = Buffer.alloc(512);
  const { bytesRead } = await source.handle.read(head, 0, head.length, 0);
  const bytes = head.subarray(0, bytesRead);
  const hex = bytes.toString('hex', 0, 8);
  if (hex.startsWith('504b0304') || hex.startsWith('504b0506')) return 'workbook';
  if (hex === 'd0cf11e0a1b11ae1') return 'old workbook or encrypted';
  if (hex.startsWith('1f8b')) return 'gzip';
  const text = bytes
    .toString('latin1')
    .replace(/^\u00ef\u00bb\u00bf/, '')
    .trimStart()
    .toLowerCase();
  if (text.startsWith('%pdf-')) return 'PDF';
  // reports of web applications, named .xls, and the XML spreadsheets of Excel 2003
  if (/^(<!doctype|<html|<table|<\?xml|<head|<meta)/.test(text)) return 'web page';
  return 'text';
}

function tellExtension(source: Source, wrong: readonly string[], is: string, options: ReadOptions): void {
  const extension = extname(source.file).toLowerCase();
  if (!wrong.includes(extension)) return;
  options.onNotice({
    file: source.file,
    sheet: null,
    code: 'CONTENT_NOT_EXTENSION',
    message: `The file is named ${extension} but is ${is}; it is read as what it is.`,
    hint: 'Rename it, so that other programs open it as well.',
  });
}

/** An OLE compound file is an Excel workbook from before 2007, or the envelope of an encrypted one. */
async function compoundFileError(source: Source): Promise<StopError> {
  const encrypted = Buffer.from('EncryptedPackage', 'utf16le');
  let tail = Buffer.alloc(0);
  for await (const piece of readBytes(source)) {
    const bytes = Buffer.concat([tail, piece]);
    if (bytes.includes(encrypted))
      return new StopError(
        'SHEET_PROTECTED',
        `${source.title} is protected by a password.`,
        'Open it in Excel, remove the password (File, Info, Protect Workbook, Encrypt with Password), and save it.',
      );
    tail = bytes.subarray(-encrypted.length);
  }
  return new StopError(
    'SHEET_OLD_FORMAT',
    `${source.title} is in a format from before Excel 2007 (.xls).`,
    'Open it in Excel and save it as an Excel workbook (.xlsx).',
  );
}
