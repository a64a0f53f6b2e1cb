import type { RowValues } from '../../src/records/columns.js';
import { type CompleteValues, completeValues } from '../../src/records/complete.js';
import { PRODUCTS, type Product } from '../../src/records/products.js';

const ACCOUNT = {
  accountNumber: 'N1',
  accountName: 'Shop',
  timeZone: 'US/Mountain',
  billingCycleDay: 1,
  dialingBehaviorType: 'TEN_DIGIT',
} as RowValues;
const USER: RowValues = { firstName: 'Lee', lastName: 'Ann' };

const PRODUCT_VALUES: Readonly<Record<Product, RowValues>> = {
  BCC: { ...ACCOUNT, ...USER, extension: '4000', extensionLength: 4, userProductPlan: 'STANDARD' },
  HOME_PHONE: { ...ACCOUNT, ...USER },
  BUSINESS_LINE: { ...ACCOUNT, lineName: 'Front' },
  SIP_TRUNK: { ...ACCOUNT, trunkName: 'trunk-1', concurrentCalls: 10 },
  HUNT_GROUP: {
    ...ACCOUNT,
    ...{ huntGroupName: 'All', huntStrategy: 'LINEAR', huntMembers: ['Front'], huntRingTimeoutSeconds: 20 },
  },
  NUMBER: ACCOUNT,
  ACCOUNT,
};

/** The complete values of a small valid row of a product: no number, no device, unless given. */
export function completeRow(product: Product, values: RowValues = {}): CompleteValues {
  return completeValues(
    {
      product,
      values: { ...PRODUCT_VALUES[product], ...values },
      callerId: PRODUCTS[product].hasUser ? values.assignAsCallerId !== false : null,
    },
    {},
    null,
  );
}
