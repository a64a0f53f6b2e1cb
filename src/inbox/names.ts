import { extname } from 'node:path';

/** Endings of files that are sheets. */
const SHEETS = ['.csv', '.tsv', '.txt', '.xlsx', '.xlsm'];
/** What programs that copy, download or edit name a file while it is not whole, or beside it. */
const NOT_YET =
  /\.(?:part|partial|filepart|tmp|temp|crdownload|upload|swp|lock|bak)$|^[.~]|^(?:thumbs\.db|desktop\.ini)$/i;
/** The inbox's own files and those that configure it, and what tells people what the folder is for. */
const OWN = /^inbox\.(?:db|log|lock)|\.jsonl?$|^readme(?:\.[a-z]+)?$/i;

/** The directories of an inbox; a folder of a customer cannot have such a name. */
export const STAGES = ['working', 'done', 'failed'] as const;
export type Stage = (typeof STAGES)[number];

/** What a file is by its name: a sheet, something that is none, or nothing to look at. */
export function kindOfName(name: string, marker: string | null): 'sheet' | 'other' | null {
  if (NOT_YET.test(name) || OWN.test(name)) return null;
  if (marker !== null && name.endsWith(marker)) return null;
  return SHEETS.includes(extname(name).toLowerCase()) ? 'sheet' : 'other';
}

/** Longer names are cut: in bytes, as file systems count. */
const MAX_NAME_BYTES = 200;
/** With the time before it and a number behind it. */
const MAX_DIRECTORY_BYTES = 100;
/** Names of files that come to lie beside the sheet. */
const TAKEN = /^(?:(?:results|errors)\.(?:csv|xlsx)|report\.html|summary\.json|output\.log|run)$/i;

/** What a sheet is called in its directory: as it was, but for what no name there can be. */
export function nameInTarget(raw: Buffer): string {
  const name = raw.toString('utf8');
  const isText = Buffer.from(name).equals(raw);
  const short = isText && raw.length <= MAX_NAME_BYTES ? name : cut(plain(name), MAX_NAME_BYTES - 20);
  return TAKEN.test(short) ? `sheet-${short}` : short;
}

/** The part of a directory's name that says which sheet it is. */
export function nameOfDirectory(raw: Buffer): string {
  return cut(plain(raw.toString('utf8')), MAX_DIRECTORY_BYTES);
}

/** A name that can stand anywhere: one line, and none of the marks of letters that were no text. */
function plain(name: string): string {
  const text = name
    .replace(/[\p{C}\p{Z}\ufffd/\\]+/gu, '_')
    .replace(/^[-.]+/, '_')
    .trim();
  return text === '' ? '_' : text;
}

/** A name of so many bytes at most, its ending kept. */
function cut(name: string, bytes: number): string {
  if (Buffer.byteLength(name) <= bytes) return name;
  const ending = extname(name).slice(0, 10);
  const letters = [...name.slice(0, name.length - extname(name).length)];
  while (Buffer.byteLength(letters.join('')) + Buffer.byteLength(ending) > bytes) letters.pop();
  return letters.join('') + ending;
}

/** Names in the order of people: numbers as numbers. */
export const byName = new Intl.Collator('en', { numeric: true }).compare;
