import type { Journal, StoredRow } from '../journal/journal.js';
import { planRow } from '../plan/plan.js';
import type { RowPlan } from '../plan/resource.js';
import { completeValues, givenValues } from '../records/complete.js';
import { type AccountType, PRODUCTS } from '../records/products.js';
import type { ImportRecord } from '../records/record.js';

/** First rows that are remembered: rows of one account usually stand near each other. */
const MAX_REMEMBERED = 64;

/** What a plan needs of the first row of an account or user. */
type FirstRow = Pick<StoredRow<ImportRecord>, 'row' | 'record'>;

/** The type of an account, as far as the row that speaks for it tells. */
function typeOf({ accountType, product }: ImportRecord): AccountType | null {
  return accountType ?? (product === null ? null : PRODUCTS[product].accountType);
}

/** Makes the plans of rows from the journal. */
export class Planner {
  readonly #journal: Journal<ImportRecord>;
  readonly #first = new Map<number, FirstRow | undefined>();

  constructor(journal: Journal<ImportRecord>) {
    this.#journal = journal;
  }

  /**
   * The plan of a row; a text when it cannot be carried out since the first row of its account or user is not valid.
   */
  plan(row: StoredRow<ImportRecord>): RowPlan | string {
    const { record } = row;
    const { product } = record;
    if (product === null) return 'The row has no product.';
    const account = this.#speaker('accountFrom', record.accountFirst, row);
    const user = record.userFirst === 0 ? row : this.#speaker('userFrom', record.userFirst, row);
    if (!account?.record.accountUsable)
      return `The account cells of row ${account?.row}, which this row takes over, are not valid.`;
    if (record.userFirst !== 0 && !user?.record.userUsable)
      return `The user cells of row ${user?.row}, which this row takes over, are not valid.`;
    const userValues = record.userFirst === 0 ? null : (user?.record.values ?? null);
    const values = completeValues(record, account.record.values, userValues);
    const given = givenValues(record, account.record.values, userValues);
    const rowOfPhone = (phone: string) => this.#journal.rowOfPhone(phone);
    return planRow(product, values, record.searchIndex, rowOfPhone, given, typeOf(account.record));
  }

  /** The row that speaks for an account or user: its first, unless that one left it to a later one. */
  #speaker(
    from: 'accountFrom' | 'userFrom',
    ordinal: number,
    row: StoredRow<ImportRecord>,
  ): FirstRow | undefined {
    const first = this.#firstRow(ordinal, row);
    const later = first?.record[from];
    return later === undefined ? first : this.#firstRow(later, row);
  }

  #firstRow(ordinal: number, row: StoredRow<ImportRecord>): FirstRow | undefined {
    if (ordinal === row.ordinal) return row;
    let first = this.#first.get(ordinal);
    if (!first) {
      first = this.#journal.row(ordinal);
      if (this.#first.size >= MAX_REMEMBERED) this.#first.delete(this.#first.keys().next().value ?? 0);
      this.#first.set(ordinal, first);
    }
    return first;
  }
}
