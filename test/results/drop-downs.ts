import { openSource } from '../../src/sheet/source.js';
import { openArchive } from '../../src/sheet/zip.js';

/** The columns of a worksheet that have a drop-down from their second row on; 1 is the workbook's first worksheet. */
export async function dropDowns(file: string, worksheet: number): Promise<string[]> {
  const source = await openSource(file);
  try {
    const archive = await openArchive(source);
    const pieces: Buffer[] = [];
    for await (const piece of archive.read(`xl/worksheets/sheet${worksheet}.xml`, 2 ** 24))
      pieces.push(piece);
    const xml = Buffer.concat(pieces).toString('utf8');
    return [...xml.matchAll(/<dataValidation\b[^>]*\bsqref="([A-Z]+)2:/g)].map(([, column = '']) => column);
  } finally {
    await source.close();
  }
}
