import { NumberFormat } from './number-format.js';
import { readXml } from './xml.js';

/** What a cell's number format says of its number: it is a date, or it shows as something else than it is. */
export type NumberMeaning = 'date' | NumberFormat | undefined;

/** The formats known by number that do not show a number in full (ECMA-376 part 1, 18.8.30). */
const BUILTIN_CODES: Readonly<Record<number, string>> = {
  9: '0%',
  10: '0.00%',
  11: '0.00E+00',
  12: '# ?/?',
  13: '# ??/??',
  48: '##0.0E+0',
};

/** Formats that every spreadsheet program knows by number (ECMA-376 part 1, 18.8.30): dates and times, also the East Asian. */
function isBuiltinDate(id: number): boolean {
  return (
    (id >= 14 && id <= 22) ||
    (id >= 27 && id <= 36) ||
    (id >= 45 && id <= 47 && id !== 46) ||
    (id >= 50 && id <= 58)
  );
}

function meaningOfBuiltin(id: number): NumberMeaning {
  if (isBuiltinDate(id)) return 'date';
  const code = BUILTIN_CODES[id];
  return code === undefined ? undefined : meaningOfFormat(code);
}

/** What a number format code means, such as `m/d/yyyy` or `00000`. Elapsed time (`[h]:mm`) is a number. */
export function meaningOfFormat(code: string): NumberMeaning {
  const positive = code.split(';', 1)[0] ?? '';
  if (/\[(h+|m+|s+)\]/i.test(positive)) return undefined;
  // without quoted text, escaped or spacing characters, colours and locales, General
  const letters = positive.replace(/"[^"]*"|\\.|_.|\*.|\[[^\]]*\]|general/gi, '');
  if (/[ymdhs]/i.test(letters)) return 'date';
  const format = new NumberFormat(code);
  return format.isPlain ? undefined : format;
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
          styles.push(formats.has(id) ? formats.get(id) : meaningOfBuiltin(id));
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
