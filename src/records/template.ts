import type { OutColumn, OutLayout } from '../sheet/write/layout.js';
import { openSheetWriter, type SheetFormat } from '../sheet/write/write.js';
import { openWorkbookWriter } from '../sheet/write/xlsx.js';
import {
  blankMeans,
  COLUMN_NAMES,
  type Column,
  type ColumnGroup,
  type ColumnName,
  columnOf,
} from './columns.js';
import { PRODUCT_NAMES, PRODUCTS, type Product } from './products.js';

/** What a template is for: one product, or all of them. */
export type TemplateName = Product | 'all';

/** The templates, with the base name of each one's file. */
export const TEMPLATE_FILES = {
  all: 'all-products',
  BCC: 'bcc',
  HOME_PHONE: 'home-phone',
  BUSINESS_LINE: 'business-line',
  SIP_TRUNK: 'sip-trunk',
  HUNT_GROUP: 'hunt-group',
  NUMBER: 'numbers',
  ACCOUNT: 'accounts',
} as const satisfies Record<TemplateName, string>;

/** The base name of the files of the template of a normalised workbook: the workbook, and the profile to it. */
export const NORMALISED_FILE = 'normalised';

/** The worksheets of a normalised workbook: the product of their rows, and the columns besides accountNumber and extension. */
const NORMALISED = {
  Customers: { product: 'ACCOUNT', groups: ['account'] },
  Users: { product: 'BCC', groups: ['user'] },
  Phones: { product: 'BCC', groups: ['device'] },
  Numbers: { product: 'BCC', groups: ['number', 'e911'] },
} as const satisfies Record<string, { product: Product; groups: readonly ColumnGroup[] }>;

/** The profile by which a workbook as {@link writeNormalisedTemplate} writes it is read. */
export const NORMALISED_PROFILE = {
  sheets: Object.fromEntries(Object.entries(NORMALISED).map(([sheet, { product }]) => [sheet, { product }])),
};

/** A worksheet of a template: its columns and its example rows. */
export interface TemplateSheet {
  readonly layout: OutLayout;
  readonly rows: readonly (readonly string[])[];
}

const WIDEST = 34;

/**
 * The worksheets of a template workbook: one a product, named by the guide's name of it, so that no column has to name
 * the product.
 */
export function templateSheets(name: TemplateName): TemplateSheet[] {
  return productsOf(name).map((product) => {
    const columns = columnsFor([product]).filter((column) => column !== 'product');
    return {
      layout: {
        sheetName: PRODUCTS[product].title,
        columns: columns.map((each) => outColumn(each, [product])),
      },
      rows: [columns.map((column) => exampleOf(column, product))],
    };
  });
}

/** A template as one table, for CSV: a column names the product, and each product has an example row. */
function templateTable(name: TemplateName): TemplateSheet {
  const products = productsOf(name);
  const columns = columnsFor(products);
  return {
    layout: { sheetName: 'Template', columns: columns.map((each) => outColumn(each, products)) },
    rows: products.map((product) => columns.map((column) => exampleOf(column, product))),
  };
}

/**
 * Writes a template: a page that explains and a worksheet for each product (XLSX), or one table (CSV). As it is, with
 * its example rows, it is a valid sheet.
 */
export async function writeTemplate(path: string, format: SheetFormat, name: TemplateName): Promise<void> {
  if (format === 'csv') {
    const { layout, rows } = templateTable(name);
    const writer = await openSheetWriter(path, 'csv', layout);
    for (const row of rows) await writer.write(row);
    return writer.commit();
  }
  const workbook = await openWorkbookWriter(path);
  for (const { layout, rows } of [explanation(name), ...templateSheets(name)]) {
    const sheet = await workbook.sheet(layout);
    for (const row of rows) await sheet.write(row);
  }
  await workbook.commit();
}

/** Writes the template of a normalised workbook. As it is, with its example rows, it is valid with its profile. */
export async function writeNormalisedTemplate(path: string): Promise<void> {
  const workbook = await openWorkbookWriter(path);
  for (const [sheetName, { product, groups }] of Object.entries(NORMALISED)) {
    const names: readonly ColumnName[] =
      product === 'ACCOUNT' ? ['accountNumber'] : ['accountNumber', 'extension'];
    const further = columnsFor([product]).filter((column) => {
      const { group } = columnOf(column);
      return (groups as readonly ColumnGroup[]).includes(group) && !names.includes(column);
    });
    const columns = [...names, ...further];
    const sheet = await workbook.sheet({
      sheetName,
      columns: columns.map((each) => outColumn(each, [product])),
    });
    const example = (column: ColumnName) =>
      column === 'accountNumber' ? PRODUCTS.ACCOUNT.exampleAccount : exampleOf(column, product);
    await sheet.write(columns.map(example));
  }
  await workbook.commit();
}

function productsOf(name: TemplateName): readonly Product[] {
  return name === 'all' ? PRODUCT_NAMES : [name];
}

function columnsFor(products: readonly Product[]): ColumnName[] {
  return COLUMN_NAMES.filter((column) => products.some((each) => columnOf(column).products.includes(each)));
}

function exampleOf(column: ColumnName, product: Product): string {
  if (column === 'accountNumber') return PRODUCTS[product].exampleAccount;
  const { example, products } = columnOf(column);
  if (example === undefined || !products.includes(product)) return '';
  return typeof example === 'string' ? example : (example[product] ?? '');
}

function outColumn(name: ColumnName, products: readonly Product[]): OutColumn {
  const column = columnOf(name);
  const examples = products.map((product) => exampleOf(name, product));
  const longest = Math.max(name.length, ...examples.map((each) => each.length));
  return {
    header: name,
    width: Math.min(WIDEST, longest + 4),
    text: column.textFormat ?? false,
    ...(column.options ? { options: column.options } : {}),
    note: headerNote(name, products),
    required: products.every((product) => column.required?.includes(product)),
  };
}

function headerNote(name: ColumnName, products: readonly Product[]): string {
  const column = columnOf(name);
  const lines = [column.help, needed(column, products)];
  const blank = blankMeans(name);
  if (blank !== '') lines.push(`Blank: ${blank}.`);
  const example =
    typeof column.example === 'string' ? column.example : column.example?.[products[0] ?? 'BCC'];
  if (example !== undefined) lines.push(`Example: ${example}`);
  return lines.filter((line) => line !== '').join('\n');
}

/** Whether the cell must be filled in, in words; '' when it need not. */
function needed(column: Column, products: readonly Product[]): string {
  const by = products.filter((product) => column.required?.includes(product));
  if (by.length === 0) return '';
  const who = by.length === products.length ? '' : ` for ${by.join(', ')}`;
  const first =
    column.group === 'account' || column.group === 'user'
      ? ` on the ${column.group}'s first row; blank later, or the same`
      : '';
  return `Must be filled in${who}${first}.`;
}

const EXPLAINED = ['Name', 'Worksheets', 'Must be filled in', 'When blank', 'What it is', 'Allowed values'];

/** The page that explains. Its rows name no two columns each, so that it is not taken for a sheet of data. */
function explanation(name: TemplateName): TemplateSheet {
  const products = productsOf(name);
  const columns = columnsFor(products).filter((column) => column !== 'product');
  const widths = [34, 24, 30, 40, 80, 60];
  return {
    layout: {
      sheetName: 'Read me',
      columns: widths.map((width, index) => ({
        header: index === 0 ? 'How to fill in this workbook' : '',
        width,
      })),
    },
    rows: [
      [
        'One worksheet a product, one row a service. Fill in the worksheets you need and leave the others as they are, without their example row.',
      ],
      [
        'The first row of each worksheet is an example (accounts EXAMPLE-1 and so on): replace it, or it is imported too.',
      ],
      [
        'Blue headers must be filled in. Rest the pointer on a header to read what it means; many cells have a list to choose from.',
      ],
      [
        'Rows with the same account number are one account: what describes the account may be left blank on all but its first row.',
      ],
      ['Keep the names of the headers. Their order, columns of your own and blank columns do not matter.'],
      ['Check the sheet with: alianza-import validate <this file>. It sends nothing.'],
      [],
      EXPLAINED,
      ...columns.map((column) => explained(column, products)),
    ],
  };
}

function explained(name: ColumnName, products: readonly Product[]): string[] {
  const column = columnOf(name);
  const used = products.filter((product) => column.products.includes(product));
  const by = used.filter((product) => column.required?.includes(product));
  const must = by.length === 0 ? '' : by.length === used.length ? 'yes' : by.map(titleOf).join(', ');
  return [
    name,
    used.length === products.length ? 'all' : used.map(titleOf).join(', '),
    must,
    blankMeans(name),
    column.help,
    (column.options ?? []).join(', '),
  ];
}

function titleOf(product: Product): string {
  return PRODUCTS[product].title;
}
