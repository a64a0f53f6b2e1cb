import type { Json } from './answers.js';

/** What becomes of a port order that does not simply end well. */
interface PortFate {
  /** why the losing carrier rejects it, and what a supplement has to change for it to go on */
  readonly rejected?: {
    readonly code: string;
    readonly message: string;
    /** what may be supplemented then (schema, `editableFieldTypes`) */
    readonly editable: readonly string[];
    /** what has to be supplemented; nothing of it: only another order helps */
    readonly mends: readonly string[];
    /** whether it is of no concern to this order */
    readonly spares?: (order: PortFields) => boolean;
  };
  readonly end?: 'unportable' | 'mobile' | 'carrierCancels' | 'focMoves' | 'focRemoved';
  /** for the manual */
  readonly says: string;
}

/** What an order says that its fate depends on. */
export interface PortFields {
  readonly portingWireType: string;
  readonly billingTelephoneNumber: string;
  readonly customerServiceRecord: Json;
}

/** The name that the losing carrier has of a customer whose record does not match. */
export function nameAtCarrier(record: Json): Json {
  const { businessName, lastName } = record;
  return typeof businessName === 'string'
    ? { ...record, businessName: `${businessName.replace(/ Inc$/, '')} Inc` }
    : { ...record, lastName: `${String(lastName).replace(/ Jr$/, '')} Jr` };
}

const isMatching = ({ customerServiceRecord: record }: PortFields) => {
  const { businessName, lastName } = nameAtCarrier(record);
  return record['businessName'] === businessName && record['lastName'] === lastName;
};

/** Numbers with a fate of their own in a port order, by their last four digits; the whole order shares it. */
export const PORT_FATES: Readonly<Record<string, PortFate>> = {
  '9801': { says: 'the number cannot be ported', end: 'unportable' },
  '9802': {
    says: 'the order is rejected: the customer is called "… Inc" (a person "… Jr") at the losing carrier',
    rejected: {
      code: 'CSR_MISMATCH',
      message: 'The name does not match the customer service record of the losing carrier',
      editable: ['crdDate', 'name'],
      mends: ['name'],
      spares: isMatching,
    },
  },
  '9803': {
    says: 'the order of a mobile number is rejected: the PIN is wrong, until another is given',
    rejected: {
      code: 'WIRELESS_PIN_INVALID',
      message: 'The account number or PIN is not that of the losing carrier',
      editable: ['crdDate', 'wirelessAccountNumber', 'wirelessPin'],
      mends: ['wirelessAccountNumber', 'wirelessPin'],
      spares: ({ portingWireType }) => portingWireType !== 'Wireless',
    },
  },
  '9804': {
    says: 'the order is rejected where that is its billing number; only another order with another one helps',
    rejected: {
      code: 'BTN_MISMATCH',
      message: 'The billing telephone number is not that of the account at the losing carrier',
      editable: ['crdDate'],
      mends: [],
      spares: ({ billingTelephoneNumber }) => !billingTelephoneNumber.endsWith('9804'),
    },
  },
  '9805': {
    says: 'the carrier cancels the first order of the number after it has named a day',
    end: 'carrierCancels',
  },
  '9806': { says: 'the day of the port is moved by 5 days', end: 'focMoves' },
  '9807': {
    says: 'the day of the port is taken back, and named anew for 7 days later',
    end: 'focRemoved',
  },
  '9808': { says: 'the number is of a mobile carrier', end: 'mobile' },
};

/** The fate of an order: that of the first of its numbers that has one. */
export function fateOfPort(phoneNumbers: readonly string[]): PortFate | null {
  for (const each of phoneNumbers) {
    const fate = PORT_FATES[each.slice(-4)];
    if (fate !== undefined) return fate;
  }
  return null;
}
