import type { RowValues } from './columns.js';
import type { AccountType, Product } from './products.js';

/** A row that means something: one product, typed values. */
export interface ImportRecord {
  /** 1, 2, 3 … over all rows of the whole input, in input order */
  readonly ordinal: number;
  /** the path as the user gave it */
  readonly file: string;
  /** the worksheet; null for CSV */
  readonly sheet: string | null;
  /** the row number that the spreadsheet shows */
  readonly row: number;
  /** null when the product cell is unusable */
  readonly product: Product | null;
  /** the row's own cells and the defaults given with `--set` or a profile; undefined where the cell is blank or bad */
  readonly values: RowValues;
  /** no error-severity problem on this row (so far: late problems come at the end of the input) */
  readonly valid: boolean;
  /** ordinal of the account's first row (its own ordinal when it is the first); 0 without a usable accountNumber */
  readonly accountFirst: number;
  /** ordinal of the user's first row; 0 when the product has no user, or it cannot be told which */
  readonly userFirst: number;
  /** on the account's first row: ordinal of the row whose cells speak for the account, when that is a later one */
  readonly accountFrom?: number;
  /** on the user's first row: ordinal of the row whose cells speak for the user, when that is a later one */
  readonly userFrom?: number;
  /** of an ACCOUNT row: what the other rows of the account make it; undefined where its own cells tell */
  readonly accountType?: AccountType;
  /** no error on an account cell of this row */
  readonly accountUsable: boolean;
  /** no error on a user cell of this row */
  readonly userUsable: boolean;
  /**
   * how many SEARCH rows the same user has up to this row; 1 for lines and trunks; 0 when the row searches no number. Those
   * of NUMBER rows are counted after those of the rows that bring what they ring
   */
  readonly searchIndex: number;
  /** of a NUMBER row: ordinal of the row of the account that brings what the number rings; absent when none does */
  readonly rings?: number;
  /**
   * whether the row's number becomes the caller ID of its user, as far as the rows up to this one tell; null when it
   * brings no number to a user
   */
  readonly callerId: boolean | null;
  /** of a HUNT_GROUP row: the ordinals of the rows that bring its members, in their order; 0 where none does */
  readonly memberRows?: readonly number[];
  /** ordinal of the row whose cells speak for the row's voicemail box, when that is another one */
  readonly boxFrom?: number;
  /** false: an error is on a cell of this row that speaks for its voicemail box */
  readonly boxUsable?: false;
}

/** The field that names who speaks for an account or user where its first row does not. */
const FROM = { account: 'accountFrom', user: 'userFrom' } as const;

/**
 * The row whose cells speak for an account or user: its first, unless that one left it to a later one.
 * @param first ordinal of its first row
 * @param rowAt reads a row by its ordinal
 */
export function speakerOf<Row extends { readonly record: ImportRecord }>(
  what: keyof typeof FROM,
  first: number,
  rowAt: (ordinal: number) => Row | undefined,
): Row | undefined {
  const row = rowAt(first);
  const later = row?.record[FROM[what]];
  return later === undefined ? row : rowAt(later);
}
