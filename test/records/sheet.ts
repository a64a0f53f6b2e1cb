import { COLUMN_NAMES, type ColumnName, columnOf } from '../../src/records/columns.js';
import type { Problem } from '../../src/records/problem.js';
import type { Product } from '../../src/records/products.js';
import { type Checked, Validator, type ValidatorOptions } from '../../src/records/validate.js';
import type { CellKind, Row } from '../../src/sheet/table.js';

/** The cells of a row by column; what is not named is blank. */
export type Cells = Partial<Record<ColumnName, string>>;

/** The example row of a product. */
export function example(product: Product, changes: Cells = {}): Cells {
  const cells: Cells = {};
  for (const column of COLUMN_NAMES) {
    const { example, products } = columnOf(column);
    const text = typeof example === 'string' ? example : example?.[product];
    if (text !== undefined && products.includes(product)) cells[column] = text;
  }
  return { ...cells, ...changes };
}

/** Another valid BCC row, of another user with another number and device. */
export function anotherUser(number: number, changes: Cells = {}): Cells {
  const digits = String(number).padStart(4, '0');
  return example('BCC', {
    firstName: `First${number}`,
    lastName: `Last${number}`,
    extension: String(5000 + number),
    username: `user${number}`,
    emailAddress: `user${number}@example.com`,
    phoneNumber: `801666${digits}`,
    macAddress: `0004f2bb${digits}`,
    ...changes,
  });
}

export interface TableSpec {
  readonly file?: string;
  readonly sheet?: string | null;
  /** the header as typed; all columns of the table where left out */
  readonly header?: readonly string[];
  readonly rows: readonly Cells[];
  /** kinds of cells, by row index and column */
  readonly kinds?: Readonly<Record<number, Partial<Record<ColumnName, CellKind>>>>;
}

/** Validates tables; the first data row of each is row 2. */
export function validate(tables: readonly TableSpec[], options: ValidatorOptions = {}) {
  const validator = new Validator(options);
  const checked: Checked[] = [];
  const problems: Problem[] = [];
  for (const { file = 'users.csv', sheet = null, header = COLUMN_NAMES, rows, kinds = {} } of tables) {
    problems.push(...validator.openTable({ file, sheet, header, headerRow: 1 }));
    const sheetRows = rows.map((cells, index): Row => {
      const kindOf = kinds[index];
      return {
        number: index + 2,
        cells: header.map((column) => cells[column as ColumnName] ?? ''),
        ...(kindOf === undefined ? {} : { kinds: header.map((column) => kindOf[column as ColumnName]) }),
      };
    });
    const leftOut = validator.leftOut(sheetRows) ?? sheetRows.map(() => null);
    problems.push(...leftOut.filter((each) => each !== null));
    checked.push(...validator.check(sheetRows.filter((_, index) => leftOut[index] === null)));
  }
  problems.push(...checked.flatMap((each) => each.problems));
  const late = [...validator.finish()];
  return { checked, problems, late, validator };
}

/** Validates the rows of one CSV file that has every column. */
export function validateRows(...rows: Cells[]) {
  return validate([{ rows }]);
}

/** A problem in short: `row 3 macAddress MAC_ADDRESS_TAKEN`. */
export function brief(problem: Problem): string {
  return `row ${problem.row} ${problem.column} ${problem.code}`;
}
