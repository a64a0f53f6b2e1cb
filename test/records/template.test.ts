import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ExcelJS from 'exceljs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COLUMN_NAMES, columnOf } from '../../src/records/columns.js';
import { PRODUCT_NAMES, PRODUCTS } from '../../src/records/products.js';
import {
  TEMPLATE_FILES,
  type TemplateName,
  templateSheets,
  writeTemplate,
} from '../../src/records/template.js';
import { dropDowns } from '../fixtures/drop-downs.js';
import { readSheet } from '../fixtures/read-sheet.js';

const TEMPLATES = new URL('../../templates/', import.meta.url).pathname;
const NAMES = Object.keys(TEMPLATE_FILES) as TemplateName[];
const FORMATS = ['xlsx', 'csv'] as const;

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'templates-'));
  // after a change of the column table: UPDATE_FILES=1 npx vitest run test/records/template.test.ts
  const places = process.env['UPDATE_FILES'] === '1' ? [directory, TEMPLATES] : [directory];
  for (const place of places)
    for (const name of NAMES)
      for (const format of FORMATS)
        await writeTemplate(join(place, `${TEMPLATE_FILES[name]}.${format}`), format, name);
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
  const lists = await Promise.all(sheets.map((_, index) => dropDowns(file, index + 1)));
  return { sheets, lists };
}

describe('the files in templates/', () => {
  it('are all templates in both formats, with their page and the schema of a profile, and nothing else', () => {
    const shipped = [
      ...readdirSync(directory),
      'README.md',
      'profile.schema.json',
      'normalised.json',
      'normalised.xlsx',
    ];
    expect(readdirSync(TEMPLATES).sort()).toEqual(shipped.sort());
  });

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
    '%s as %s is a valid sheet as it is, with no warning but that its rows are examples',
    async (name, format) => {
      const { checked, problems } = await readSheet(join(directory, `${TEMPLATE_FILES[name]}.${format}`));
      const products = name === 'all' ? PRODUCT_NAMES : [name];
      // The lines that a hunt group rings stand in another template.
      const alone = name === 'HUNT_GROUP' ? ['HUNT_MEMBER_NOT_IN_SHEET huntMembers'] : [];
      expect(problems.map(({ code, column }) => `${code} ${column}`)).toEqual([
        ...products.map(() => 'EXAMPLE_ROW accountNumber'),
        ...alone,
      ]);
      expect(checked.map(({ record }) => [record.product, record.valid])).toEqual(
        products.map((product) => [product, true]),
      );
      for (const { record } of checked) expect(record.values.accountNumber).toMatch(/^EXAMPLE-\d$/);
    },
  );

  it('has a worksheet for each product, named as in the guide, and a page that is no data', async () => {
    const { sheets, notices } = await readSheet(join(directory, 'all-products.xlsx'));
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
    expect(note('country')).toBe('USA or CAN.\nBlank: the country of the state or postal code, else USA.');
  });
});
