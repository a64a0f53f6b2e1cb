import { extname } from 'node:path';

/** Characters of a name that are kept. */
const LONGEST_NAME = 200;
/** Bytes of a file's name, of which file systems take 255. */
const LONGEST_FILE = 150;

/** What is never seen of a text, and what turns the direction of writing around. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** The name of a sheet as somebody gave it: text that is shown and is never a path. '' where nothing is left of it. */
export function givenName(name: string): string {
  return [...name.normalize('NFC').replace(UNSEEN, '').trim()].slice(0, LONGEST_NAME).join('');
}

/** The name of the file of a sheet, which messages and results show: the last part of the name that was given. */
export function fileNameOf(name: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? '';
  const plain = last.replace(/[:*?"<>|]/g, '_').replace(/^[.\-~\s]+|[.\s]+$/g, '');
  const ending = extname(plain).slice(0, 12);
  let stem = ending === '' ? plain : plain.slice(0, -ending.length);
  while (Buffer.byteLength(stem + ending) > LONGEST_FILE) stem = [...stem].slice(0, -1).join('');
  return stem === '' ? `sheet${ending}` : stem + ending;
}

/** An ID for what is made at a time under a name; it can stand in an address as it is. */
export function idFor(at: Date, name: string): string {
  const time = at.toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
  const plain = name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return `${time}-${plain.replace(/^-+|-+$/g, '').slice(0, 60) || 'sheet'}`;
}
