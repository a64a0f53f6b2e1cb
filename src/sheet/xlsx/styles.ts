import { readXml } from './xml.js';

/** What a cell's number format says of its number: it is a date, or it shows with that many digits, zeros in front. */
export type NumberMeaning = 'date' | { readonly digits: number } | undefined;

/** Formats that every spreadsheet program knows by number (ECMA-376 part 1, 18.8.30): dates and times, also the East Asian. */
function isBuiltinDate(id: number): boolean {
  return (
    (id >= 14 && id <= 22) ||
    (id >= 27 && id <= 36) ||
    (id >= 45 && id <= 47 && id !== 46) ||
    (id >= 50 && id <= 58)
  );
}

/** What a number format code means, such as `m/d/yyyy` or `00000`. Elapsed time (`[h]:mm`) is a number. */
function meaningOfFormat(code: string): NumberMeaning {
  if (/^0+$/.test(code)) return code.length > 1 ? { digits: code.length } : undefined;
  const positive = code.split(';', 1)[0] ?? '';
  if (/\[(h+|m+|s+)\]/i.test(positive)) return undefined;
  // without quoted text, escaped or spacing characters, colours and locales, General
  const letters = positive.replace(/"[^"]*"|\\.|_.|\*.|\[[^\]]*\]|general/gi, '');
  return /[ymdhs]/i.test(letters) ? 'date' : undefined;
}

/** The meaning of each cell style (`s` attribute) of a workbook's style part. */
export async function readStyles(bytes: AsyncIterable<Buffer>, title: string): Promise<NumberMeaning[]> {
  const formats = new Map<number, NumberMeaning>();
  const styles: NumberMeaning[] = [];
  let inCellStyles = false;
  await readXml(
    bytes,
    {
      open(name, attributes) {
        if (name === 'numFmt')
          formats.set(Number(attributes['numFmtId']), meaningOfFormat(attributes['formatCode'] ?? ''));
        else if (name === 'cellXfs') inCellStyles = true;
        else if (name === 'xf' && inCellStyles) {
          const id = Number(attributes['numFmtId'] ?? 0);
          styles.push(formats.has(id) ? formats.get(id) : isBuiltinDate(id) ? 'date' : undefined);
        }
      },
      close(name) {
        if (name === 'cellXfs') inCellStyles = false;
      },
    },
    title,
  );
  return styles;
}
