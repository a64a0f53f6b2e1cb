import { COLUMN_NAMES, type ColumnName, columnOf } from './columns.js';
import { PRODUCT_NAMES, type Product } from './products.js';

/** The columns that tell a product, the surest first. */
const TELLING = [
  ['trunkName', 'SIP_TRUNK'],
  ['huntGroupName', 'HUNT_GROUP'],
  ['lineName', 'BUSINESS_LINE'],
  ['extension', 'BCC'],
  ['firstName', 'HOME_PHONE'],
] as const satisfies readonly (readonly [ColumnName, Product])[];

/** What the columns of a sheet without products tell of them, as a suggestion to its user. */
export interface LikelyProduct {
  readonly product: Product;
  /** the columns that rows of it need besides those that rows of all products need, and that are not there */
  readonly missing: readonly ColumnName[];
}

/**
 * The product that the rows of a sheet without a column for it most likely are; null when nothing tells.
 * @param has whether there is such a column, or a default for it
 */
export function likelyProduct(has: (column: ColumnName) => boolean): LikelyProduct | null {
  const product = TELLING.find(([column]) => has(column))?.[1];
  if (product === undefined) return null;
  const missing = COLUMN_NAMES.filter((column) => {
    const { required = [] } = columnOf(column);
    return required.includes(product) && required.length < PRODUCT_NAMES.length && !has(column);
  });
  return { product, missing };
}
