import type { Journal, StoredRow } from '../journal/journal.js';
import { type ImportRecord, speakerOf } from '../records/record.js';
import { resultOf } from './row-outcome.js';

/** How many created rows are looked through for rows of each product. */
const LOOKED_AT = 500;

/** A created row, short: what it is and which IDs it has. */
export interface CreatedRow {
  readonly product: string;
  readonly account: string;
  /** of the person, line or trunk */
  readonly name: string;
  readonly number: string;
  readonly accountId: string;
  /** of the user, line or trunk */
  readonly id: string;
}

/**
 * The first created rows, the products taking turns, in input order.
 * @param most how many rows
 */
export function createdRows(journal: Journal<ImportRecord>, most: number): CreatedRow[] {
  return firstOfEach(journal.rowsAfter(0, LOOKED_AT, 'created'), most).map((row) => createdRow(row, journal));
}

function firstOfEach(rows: readonly StoredRow<ImportRecord>[], most: number): StoredRow<ImportRecord>[] {
  const turns = new Map<string | null, number>();
  const turn = rows.map(({ record }) => {
    const n = turns.get(record.product) ?? 0;
    turns.set(record.product, n + 1);
    return n;
  });
  const chosen = rows.map((_, index) => index).sort((a, b) => (turn[a] ?? 0) - (turn[b] ?? 0) || a - b);
  const shown = new Set(chosen.slice(0, most));
  return rows.filter((_, index) => shown.has(index));
}

function createdRow(row: StoredRow<ImportRecord>, journal: Journal<ImportRecord>): CreatedRow {
  const { product, values, userFirst } = row.record;
  const result = resultOf(row);
  const speaker = userFirst === 0 ? undefined : speakerOf('user', userFirst, (at) => journal.row(at));
  const user = speaker?.record.values ?? values;
  const person = [user.firstName, user.lastName].filter((part) => part !== undefined).join(' ');
  return {
    product: product ?? '',
    account: values.accountNumber ?? '',
    name:
      values.lineName ??
      values.trunkName ??
      values.huntGroupName ??
      values.ringsName ??
      (product === 'ACCOUNT' ? (values.accountName ?? '') : person),
    number: result.assignedPhoneNumber ?? '',
    accountId: result.accountId ?? '',
    id: result.userId ?? result.businessLineId ?? result.sipTrunkId ?? result.huntGroupId ?? '',
  };
}
