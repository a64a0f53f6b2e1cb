import type { Journal, StoredRow } from '../journal/journal.js';
import { planRow } from '../plan/plan.js';
import type { RowPlan } from '../plan/resource.js';
import { completeValues, givenValues } from '../records/complete.js';
import { rowText } from '../records/problem.js';
import type { ImportRecord } from '../records/record.js';

/** First rows that are remembered: rows of one account usually stand near each other. */
const MAX_REMEMBERED = 64;

/** What a plan needs of the first row of an account or user. */
type FirstRow = Pick<StoredRow<ImportRecord>, 'row' | 'record'>;

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
    const account = this.#firstRow(record.accountFirst, row);
    const user = record.userFirst === 0 ? row : this.#firstRow(record.userFirst, row);
    if (!account?.record.accountUsable)
      return `The account cells of ${whereOf(account, row)}, which this row takes over, are not valid.`;
    if (record.userFirst !== 0 && !user?.record.userUsable)
      return `The user cells of ${whereOf(user, row)}, which this row takes over, are not valid.`;
    const userValues = record.userFirst === 0 ? null : (user?.record.values ?? null);
    const values = completeValues(record, account.record.values, userValues);
    const given = givenValues(record, account.record.values, userValues);
    return planRow(product, values, record.searchIndex, (phone) => this.#journal.rowOfPhone(phone), given);
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

function whereOf(first: FirstRow | undefined, { record }: StoredRow<ImportRecord>): string {
  return first === undefined ? 'its first row' : rowText(first.record, record);
}
