import type { Journal, StoredRow } from '../journal/journal.js';
import { planRow, type TargetRow } from '../plan/plan.js';
import type { RowPlan, RowPortOrder } from '../plan/resource.js';
import { ORDER_COLUMNS } from '../records/across/port-orders.js';
import { columnsOf, type RowValues } from '../records/columns.js';
import { completeValues, givenValues, withBoxOf } from '../records/complete.js';
import { isPort, portGroup, portOrderOf } from '../records/port-order.js';
import { rowText } from '../records/problem.js';
import { type AccountType, PRODUCTS } from '../records/products.js';
import { type ImportRecord, speakerOf } from '../records/record.js';

/** Rows that are remembered: those of one account usually stand near each other. */
const MAX_REMEMBERED = 64;

/** What a plan needs of the first row of an account or user. */
type FirstRow = Pick<StoredRow<ImportRecord>, 'row' | 'record'>;

/** What rows of one port order have in common. */
interface PortOrder {
  readonly numbers: readonly string[];
  /** of its first row, which speaks for all of them */
  readonly values: RowValues;
}

function ofRow({ numbers, values }: PortOrder, own: RowValues): RowPortOrder {
  return { numbers, hasOwnE911: E911_COLUMNS.some((column) => own[column] !== values[column]) };
}

const E911_COLUMNS = columnsOf('e911').filter((column) => column !== 'e911Correction');

/** A row's own values with what the first row of its port order says for all. */
function asOrdered(own: RowValues, first: RowValues): RowValues {
  const said: Record<string, unknown> = {};
  for (const column of ORDER_COLUMNS) if (first[column] !== undefined) said[column] = first[column];
  return { ...own, ...said };
}

/** The type of an account, as far as the row that speaks for it tells. */
function typeOf({ accountType, product }: ImportRecord): AccountType | null {
  return accountType ?? (product === null ? null : PRODUCTS[product].accountType);
}

/** Makes the plans of rows from the journal. */
export class Planner {
  readonly #journal: Journal<ImportRecord>;
  readonly #first = new Map<number, FirstRow | undefined>();
  /** plans that were made before it was their row's turn */
  readonly #ahead = new Map<number, RowPlan | string>();
  /** the port orders that were last asked for */
  readonly #orders = new Map<string, PortOrder>();

  constructor(journal: Journal<ImportRecord>) {
    this.#journal = journal;
  }

  /**
   * The plan of a row; a text when it cannot be carried out since the first row of its account or user is not valid.
   */
  plan(row: StoredRow<ImportRecord>): RowPlan | string {
    const ahead = this.#ahead.get(row.ordinal);
    if (ahead !== undefined) {
      this.#ahead.delete(row.ordinal);
      return ahead;
    }
    return this.#make(row);
  }

  /** As `plan`, of a row that brings what an earlier one needs: its own turn comes later, and finds the plan. */
  planAhead(row: StoredRow<ImportRecord>): RowPlan | string {
    const plan = this.#ahead.get(row.ordinal) ?? this.#make(row);
    remember(this.#ahead, row.ordinal, plan);
    return plan;
  }

  #make(row: StoredRow<ImportRecord>): RowPlan | string {
    const { record } = row;
    const { product } = record;
    if (product === null) return 'The row has no product.';
    const rowAt = (ordinal: number) => this.#firstRow(ordinal, row);
    const account = speakerOf('account', record.accountFirst, rowAt);
    const user = record.userFirst === 0 ? row : speakerOf('user', record.userFirst, rowAt);
    if (!account?.record.accountUsable)
      return `The account cells of ${whereOf(account, row)}, which this row takes over, are not valid.`;
    if (record.userFirst !== 0 && !user?.record.userUsable)
      return `The user cells of ${whereOf(user, row)}, which this row takes over, are not valid.`;
    const userValues = record.userFirst === 0 ? null : (user?.record.values ?? null);
    const box = record.boxFrom === undefined ? undefined : this.#firstRow(record.boxFrom, row);
    if (box?.record.boxUsable === false)
      return `The voicemail cells of ${whereOf(box, row)}, which this row takes over, are not valid.`;
    const boxed = box === undefined ? record : withBoxOf(record, box.record.values);
    const order = isPort(record.values) ? this.#portOrder(record.values) : null;
    const own = order === null ? boxed : { ...boxed, values: asOrdered(boxed.values, order.values) };
    const values = completeValues(own, account.record.values, userValues);
    const given = givenValues(own, account.record.values, userValues);
    const rowOfPhone = (phone: string) => this.#journal.rowOfPhone(phone);
    const target = record.rings === undefined ? null : this.#targetRow(record.rings, row);
    const { searchIndex, memberRows } = record;
    const type = typeOf(account.record);
    const ported = order && ofRow(order, record.values);
    return planRow(product, values, searchIndex, rowOfPhone, given, type, target, memberRows, ported);
  }

  /** The row that brings what the number of another row rings. */
  #targetRow(ordinal: number, row: StoredRow<ImportRecord>): TargetRow | null {
    const { product = null, values = {} } = this.#firstRow(ordinal, row)?.record ?? {};
    return product === null ? null : { ordinal, product, values };
  }

  /** What a row says with what it takes over; of a row that can be carried out, with what blank cells mean, too. */
  meaning(row: StoredRow<ImportRecord>): RowValues {
    const plan = row.status === 'invalid' ? null : this.plan(row);
    const [first] = plan !== null && typeof plan !== 'string' ? plan.resources : [];
    if (first) return first.values;
    const { accountFirst, userFirst } = row.record;
    const rowAt = (ordinal: number) => this.#firstRow(ordinal, row);
    const account = accountFirst === 0 ? undefined : speakerOf('account', accountFirst, rowAt);
    const user = userFirst === 0 ? undefined : speakerOf('user', userFirst, rowAt);
    return givenValues(row.record, account?.record.values ?? {}, user?.record.values ?? null);
  }

  /** The port order of a row. */
  #portOrder(values: RowValues): PortOrder {
    const group = portGroup(values.accountNumber ?? '', portOrderOf(values));
    let order = this.#orders.get(group);
    if (!order) {
      const rows = this.#journal.rowsOfPortOrder(group);
      const numbers = rows.map(({ phone }) => phone).filter((phone) => phone !== null);
      const first = rows[0] && this.#journal.row(rows[0].ordinal);
      order = { numbers, values: first?.record.values ?? values };
      remember(this.#orders, group, order);
    }
    return order;
  }

  #firstRow(ordinal: number, row: StoredRow<ImportRecord>): FirstRow | undefined {
    if (ordinal === row.ordinal) return row;
    let first = this.#first.get(ordinal);
    if (!first) {
      first = this.#journal.row(ordinal);
      remember(this.#first, ordinal, first);
    }
    return first;
  }
}

function remember<K, T>(map: Map<K, T>, key: K, value: T): void {
  if (map.size >= MAX_REMEMBERED) map.delete(map.keys().next().value as K);
  map.set(key, value);
}

function whereOf(first: FirstRow | undefined, { record }: StoredRow<ImportRecord>): string {
  return first === undefined ? 'its first row' : rowText(first.record, record);
}
