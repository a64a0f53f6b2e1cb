import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ExcelJS from 'exceljs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COLUMN_NAMES, columnOf } from '../../src/records/columns.js';
import { isKnownHeader } from '../../src/records/headers.js';
import { PRODUCT_NAMES, PRODUCTS } from '../../src/records/products.js';
import {
  TEMPLATE_FILES,
  type TemplateName,
  templateSheets,
  writeTemplate,
} from '../../src/records/template.js';
import { type Checked, Validator } from '../../src/records/validate.js';
import { openTables } from '../../src/sheet/read.js';
import { openSource } from '../../src/sheet/source.js';
import { openArchive } from '../../src/sheet/zip.js';

const TEMPLATES = new URL('../../templates/', import.meta.url).pathname;
const NAMES = Object.keys(TEMPLATE_FILES) as TemplateName[];
const FORMATS = ['xlsx', 'csv'] as const;

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'templates-'));
  for (const name of NAMES)
    for (const format of FORMATS)
      await writeTemplate(join(directory, `${TEMPLATE_FILES[name]}.${format}`), format, name);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** All that a user sees of a workbook, and its drop-downs as they stand in the file. */
async function contentOf(file: string) {
  const book = new ExcelJS.Workbook();
  await book.xlsx.readFile(file, { ignoreNodes: ['dataValidations'] });
  const sheets = book.worksheets.map((sheet) => {
    const cells: unknown[] = [];
    sheet.eachRow((row) =>
      row.eachCell(({ address, value, note, fill, numFmt }) => {
        cells.push({ address, value, note: typeof note === 'object' ? note.texts : note, fill, numFmt });
      }),
    );
    const columns = sheet.columns.map(({ width, numFmt }) => ({ width, numFmt }));
    return { name: sheet.name, state: sheet.state, cells, columns };
  });
  return { sheets, dropDowns: await dropDowns(file, book.worksheets.length) };
}

async function dropDowns(file: string, worksheets: number): Promise<string[][]> {
  const source = await openSource(file);
  const archive = await openArchive(source);
  const found: string[][] = [];
  for (let i = 1; i <= worksheets; i += 1) {
    const pieces: Buffer[] = [];
    for await (const piece of archive.read(`xl/worksheets/sheet${i}.xml`, 2 ** 24)) pieces.push(piece);
    found.push(
      Buffer.concat(pieces)
        .toString('utf8')
        .match(/<dataValidation\b.*?<\/dataValidation>/g) ?? [],
    );
  }
  await source.close();
  return found;
}

async function validate(file: string) {
  const validator = new Validator();
  const notices: string[] = [];
  const checked: Checked[] = [];
  const problems: unknown[] = [];
  const sheets: (string | null)[] = [];
  for await (const table of openTables([file], {
    isKnownHeader,
    onNotice: ({ code }) => notices.push(code),
  })) {
    sheets.push(table.sheet);
    problems.push(...validator.openTable(table));
    for await (const rows of table.rows) checked.push(...validator.check(rows));
  }
  problems.push(...checked.flatMap((each) => each.problems), ...validator.finish());
  return { sheets, checked, problems, notices };
}

describe('the files in templates/', () => {
  it('are all templates in both formats and nothing else', () => {
    expect(readdirSync(TEMPLATES).sort()).toEqual(readdirSync(directory).sort());
  });

  // `npm run build && node dist/cli.js template` writes them again
  it.each(NAMES.flatMap((name) => FORMATS.map((format) => `${TEMPLATE_FILES[name]}.${format}`)))(
    '%s is what the column table says',
    async (file) => {
      if (file.endsWith('.csv'))
        expect(readFileSync(join(TEMPLATES, file), 'utf8')).toBe(readFileSync(join(directory, file), 'utf8'));
      else expect(await contentOf(join(TEMPLATES, file))).toEqual(await contentOf(join(directory, file)));
    },
  );
});

describe('a template', () => {
  it.each(NAMES.flatMap((name) => FORMATS.map((format) => [name, format] as const)))(
    '%s as %s is a valid sheet as it is, without a warning',
    async (name, format) => {
      const { checked, problems } = await validate(join(directory, `${TEMPLATE_FILES[name]}.${format}`));
      expect(problems).toEqual([]);
      const products = name === 'all' ? PRODUCT_NAMES : [name];
      expect(checked.map(({ record }) => record.product)).toEqual(products);
      for (const { record } of checked) expect(record.values.accountNumber).toMatch(/^EXAMPLE-\d$/);
    },
  );

  it('has a worksheet for each product, named as in the guide, and a page that is no data', async () => {
    const { sheets, notices } = await validate(join(directory, 'all-products.xlsx'));
    expect(sheets).toEqual(PRODUCT_NAMES.map((product) => PRODUCTS[product].title));
    expect(notices).toEqual(['NOT_DATA']);
  });

  it('has every column of its product, required ones marked, with notes, lists and text format', () => {
    for (const product of PRODUCT_NAMES) {
      const [sheet] = templateSheets(product);
      const expected = COLUMN_NAMES.filter(
        (name) => name !== 'product' && columnOf(name).products.includes(product),
      );
      expect(sheet?.layout.columns.map(({ header }) => header)).toEqual(expected);
      for (const column of sheet?.layout.columns ?? []) {
        const entry = columnOf(column.header as (typeof COLUMN_NAMES)[number]);
        expect(column.required).toBe(entry.required?.includes(product) ?? false);
        expect(column.options).toEqual(entry.options);
        expect(column.text).toBe(entry.textFormat ?? false);
        expect(column.note).toContain(entry.help);
      }
    }
  });

  it('says in a header note what a column is, whether it is needed, what blank means, and an example', () => {
    const [sheet] = templateSheets('BCC');
    const note = (name: string) => sheet?.layout.columns.find(({ header }) => header === name)?.note;
    expect(note('extension')).toMatch(
      /^The user's extension: .*\nMust be filled in on the user's first row.*\nExample: 4000$/,
    );
    expect(note('country')).toBe('USA or CAN.\nBlank: USA.');
  });
});
