import { getNumber, patchNumber } from '../../api/endpoints.js';
import type { Product } from '../../records/products.js';
import { orNull } from '../account-index.js';
import { type Step, StepError } from '../context.js';
import { setOnce } from '../set-once.js';

/** What a number of each product rings (guide, "Set Phone Number Reference"). */
export const REFERENCE_TYPES = {
  BCC: 'END_USER',
  HOME_PHONE: 'END_USER',
  BUSINESS_LINE: 'BUSINESS_LINE',
  SIP_TRUNK: 'SIP_TRUNK',
} as const satisfies Record<Product, string>;

/** Guide, "Set Phone Number Reference". A setting of the number: setting it again changes nothing. */
export const referenceStep: Step = {
  async run(task) {
    const { product, values } = task.resource;
    const account = await task.account();
    const [number, owner] = [await task.need('number'), await task.need('owner')];
    const { partitionId, accountId } = account;
    const phone = number?.id ?? '';
    const referenceId = owner?.id ?? '';
    const referenceType = REFERENCE_TYPES[product];
    return setOnce(task, account, {
      id: phone,
      call: patchNumber(partitionId, accountId, phone, {
        referenceType,
        referenceId,
        ...(referenceType === 'END_USER' ? { assignAsCallerId: values.assignAsCallerId } : {}),
      }),
      found: number?.state === 'existing' ? () => isSet() : undefined,
    });

    async function isSet(): Promise<boolean> {
      const now = await orNull(task.send(getNumber(partitionId, accountId, phone)));
      if (!now?.referenceId) return false;
      if (now.referenceId === referenceId) return true;
      throw new StepError(
        `The number ${phone} was there before this run and rings something else (${now.referenceType} ${now.referenceId}).`,
        'Correct the sheet, or free the number first.',
      );
    }
  },
};
