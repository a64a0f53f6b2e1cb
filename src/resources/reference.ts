import { patchNumber } from '../api/endpoints.js';
import type { CompleteValues } from '../records/complete.js';
import type { Product } from '../records/products.js';
import { setOnce } from './set-once.js';
import { StepError } from './step-error.js';
import type { Step } from './task.js';

/** What a number of each product rings (guide, "Set Phone Number Reference"). */
const REFERENCE_TYPES = {
  BCC: 'END_USER',
  HOME_PHONE: 'END_USER',
  BUSINESS_LINE: 'BUSINESS_LINE',
  SIP_TRUNK: 'SIP_TRUNK',
} as const satisfies Record<Product, string>;

/** The body of `PATCH telephonenumber`; caller ID is set for users only. */
export function referenceBody(product: Product, values: CompleteValues, referenceId: string) {
  const referenceType = REFERENCE_TYPES[product];
  if (referenceType !== 'END_USER') return { referenceType, referenceId };
  return { referenceType, referenceId, assignAsCallerId: values.assignAsCallerId };
}

/** Guide, "Set Phone Number Reference". A setting of the number: setting it again changes nothing. */
export const referenceStep: Step = {
  async run(task) {
    const { product, values } = task.resource;
    const account = await task.account();
    const [number, owner] = [await task.need('number'), await task.need('owner')];
    const { partitionId, accountId } = account;
    const phone = number?.id ?? '';
    const referenceId = owner?.id ?? '';
    return setOnce(task, account, {
      id: phone,
      intent: { referenceId },
      call: patchNumber(partitionId, accountId, phone, referenceBody(product, values, referenceId)),
      found: number?.state === 'existing' ? () => isSet() : undefined,
    });

    async function isSet(): Promise<boolean> {
      const now = await task.run.snapshots.of(partitionId, accountId).number(phone, task.ordinal);
      if (!now?.referenceId) return false;
      if (now.referenceId === referenceId) return true;
      throw new StepError(
        `The number ${phone} was there before this run and rings something else (${now.referenceType} ${now.referenceId}).`,
        'Correct the sheet, or free the number first.',
      );
    }
  },
};
