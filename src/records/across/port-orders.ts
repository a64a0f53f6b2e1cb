import { type ColumnName, columnOf, columnsOf, type RowValues } from '../columns.js';
import { countryOf, customerTypeOf } from '../complete.js';
import { isPort, portOrderOf, UNTOLD_ORDER } from '../port-order.js';
import { rowText, withSeverity } from '../problem.js';
import type { RowCheck } from '../rows/row-check.js';
import { Agreement } from './agreement.js';
import type { KeyIndex } from './key-index.js';
import { comparable, KEY } from './keys.js';
import type { LateProblem } from './late-problem.js';
import type { RowPlaces } from './row-places.js';

/** What all rows of an order say, since an order has one of each: its port cells, customer record and listing. */
export const ORDER_COLUMNS: readonly ColumnName[] = [
  ...columnsOf('port').filter((column) => column !== 'portOrder'),
  ...(['customerType', 'businessName', 'customerFirstName', 'customerLastName', 'customerName'] as const),
  ...(['address', 'city', 'state', 'postalCode', 'country', 'secondaryLocationDescription', 'unit'] as const),
  ...(['directoryListed', 'directoryListingType'] as const),
];

/** The numbers that are kept with each order. */
const FIRST = 0;
const COUNT = 1;
/** 1 when its first row has a billing number, be it a usable one or not */
const HAS_BTN = 2;
const FIELDS = 3;

/**
 * The rows of one port order: the first speaks for all, later ones inherit from it or agree with it. Sheets without
 * ports have none.
 */
export class PortOrders {
  readonly #keys: KeyIndex;
  readonly #places: RowPlaces;
  #orders: Agreement | null = null;

  constructor(keys: KeyIndex, places: RowPlaces) {
    this.#keys = keys;
    this.#places = places;
  }

  /**
   * Adds the problems that rows of one order have together.
   * @param account the row's account, a number from 1
   * @param accountName what a blank businessName means; undefined where that is not known any more
   */
  check(check: RowCheck, account: number, accountName: () => string | undefined): void {
    if (!isPort(check.values) || account === 0) return;
    const name = portOrderOf(check.values);
    if (name === UNTOLD_ORDER) return;
    this.#orders ??= new Agreement(ORDER_COLUMNS, FIELDS);
    const orders = this.#orders;
    const known = this.#keys.add(KEY.portOrder, account, comparable(name), orders.next);
    const order = known === 0 ? this.#open(orders, check, accountName()) : known;
    orders.set(order, COUNT, orders.get(order, COUNT) + 1);
    if (known !== 0) this.#addConflicts(orders, order, check);
  }

  /** The problems of orders of several numbers whose first row has no billing number. */
  *finish(): Iterable<LateProblem> {
    const orders = this.#orders;
    if (orders === null) return;
    for (let order = 1; order < orders.next; order += 1) {
      const count = orders.get(order, COUNT);
      if (count < 2 || orders.get(order, HAS_BTN) !== 0) continue;
      const place = this.#places.place(orders.get(order, FIRST));
      const column = 'billingTelephoneNumber';
      const message = `${column} is blank; the port order has ${count} numbers`;
      const hint = 'Fill in the main number of the account at the losing carrier.';
      yield withSeverity({ ...place, column, value: '', code: 'REQUIRED', message, hint });
    }
  }

  #open(orders: Agreement, check: RowCheck, accountName: string | undefined): number {
    const { values, product } = check;
    check.require('portDate', 'a port order has a date');
    const isBusiness = product === null || customerTypeOf(product, values) === 'BUSINESS';
    if (isBusiness && !check.isBad('customerType'))
      check.require('portAuthorizedName', 'a business has a person who may order the port');
    if (values.portWireType === 'WIRELESS') {
      check.require('wirelessAccountNumber', 'portWireType is WIRELESS');
      check.require('wirelessPin', 'portWireType is WIRELESS');
    } else if (!check.isBad('portWireType')) refuseWireless(check);
    const isNamedByNumber = values.portOrder === undefined && !check.isBad('portOrder');
    const blanks: RowValues = {
      portWireType: 'WIRELINE',
      directoryListed: false,
      directoryListingType: 'PORTED',
      country: countryOf(values),
      ...(product === null ? {} : { customerType: customerTypeOf(product, values) }),
      ...(accountName === undefined ? {} : { businessName: accountName }),
      ...(values.firstName === undefined ? {} : { customerFirstName: values.firstName }),
      ...(values.lastName === undefined ? {} : { customerLastName: values.lastName }),
      ...(isNamedByNumber && values.phoneNumber !== undefined
        ? { billingTelephoneNumber: values.phoneNumber }
        : {}),
    };
    const order = orders.open(check, blanks);
    orders.set(order, FIRST, check.ordinal);
    if (isNamedByNumber || check.has('billingTelephoneNumber')) orders.set(order, HAS_BTN, 1);
    return order;
  }

  #addConflicts(orders: Agreement, order: number, check: RowCheck): void {
    const first = this.#places.place(orders.get(order, FIRST));
    for (const column of orders.disagreements(order, check)) {
      const says = columnOf(column).secret === true ? 'another value' : orders.firstValue(order, column);
      const message = `${column} is "${check.values[column]}", but ${rowText(first, check.table)}, the first row of the port order, has ${says}`;
      const hint =
        'A port order has one of each: make its rows equal, leave the cell blank, or give the row another portOrder.';
      check.add('PORT_ORDER_CONFLICT', column, message, hint, first);
    }
  }
}

function refuseWireless(check: RowCheck): void {
  for (const column of ['wirelessAccountNumber', 'wirelessPin'] as const) {
    if (check.values[column] === undefined) continue;
    const message = `${column} has no effect: portWireType is not WIRELESS`;
    check.add('NO_EFFECT', column, message, `Set portWireType to WIRELESS, or leave ${column} blank.`);
  }
}
