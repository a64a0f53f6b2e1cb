import { ApiError } from '../../api/api-error.js';
import type { Client } from '../../api/client.js';
import { getInventoryNumber, getPartition, listCarriers, listSettings } from '../../api/endpoints.js';
import type { Resource } from '../../plan/resource.js';
import { lookWith } from '../look.js';
import type { RowFindings } from '../row-findings.js';
import { settingText } from './partition-questions.js';

/** What a partition says of its own carriers. */
interface OwnCarriers {
  /** the IDs of carriers whose numbers are the operator's own; null where the platform does not tell */
  readonly ids: ReadonlySet<string> | null;
  readonly isUsed: boolean;
  /** the setting ENABLE_STAGED_CALL as the platform words it */
  readonly stagedCall: string;
}

/** What a dry run asks about numbers of the operator's own carrier; of a partition once, whatever the rows are. */
export class OwnCarrierQuestions {
  readonly #client: Client;
  readonly #partitions = new Map<string, Promise<OwnCarriers | null>>();
  readonly #told = new Set<string>();

  constructor(client: Client) {
    this.#client = client;
  }

  /** Whether the partition has an own carrier, and the one that is named, and whether the number is on no account. */
  async number(check: RowFindings, { values, product }: Resource, partitionId: string): Promise<void> {
    const { phoneNumber = '', byotnCarrierId, operationalStatus, platformType } = values;
    const own = await this.#of(partitionId);
    if (own !== null) {
      const isNone = !own.isUsed && (own.ids === null || own.ids.size === 0);
      const isUnknown = byotnCarrierId !== undefined && own.ids !== null && !own.ids.has(byotnCarrierId);
      if (isNone) {
        const message = `The partition ${partitionId} has no carrier of its own`;
        const hint = 'Use a number of the inventory, or have the partition set up for your carrier.';
        check.add('OWN_CARRIER_UNKNOWN', 'numberSource', 'CARRIER', message, hint);
      } else if (isUnknown) {
        const known = [...(own.ids ?? [])].join(', ') || 'none';
        const message = `${byotnCarrierId} is no own carrier of the partition`;
        check.add('OWN_CARRIER_UNKNOWN', 'byotnCarrierId', byotnCarrierId, message, `It has ${known}.`);
      }
      if (operationalStatus === 'STAGED' && this.#isNew(`staged ${partitionId}`)) {
        const message = `ENABLE_STAGED_CALL is ${own.stagedCall} in the partition: it presumably says whether a staged number may call`;
        check.add('STAGED_CALLS', 'operationalStatus', 'STAGED', message, 'Try one number first.');
      }
    }
    // Second-hand: partitions with their own carrier use CPE1 for these products.
    const isOldType = product === 'HOME_PHONE' || product === 'BUSINESS_LINE';
    if (isOldType && platformType !== 'CPE1' && this.#isNew(`type ${partitionId}`)) {
      const message = `${product} in a partition with its own carrier is said to need platformType CPE1`;
      check.add('PLATFORM_TYPE_OF_CARRIER', 'platformType', platformType, message, 'Ask, or try one row.');
    }
    await this.#isFree(check, partitionId, phoneNumber);
  }

  async #isFree(check: RowFindings, partitionId: string, phone: string): Promise<void> {
    try {
      const known = await lookWith(this.#client, check.ordinal)(getInventoryNumber(partitionId, phone));
      if (!known?.accountId) return;
      const message = `${phone} is on another account already`;
      const hint = 'Check the number, or free it on the other account first.';
      check.add('NUMBER_NOT_FREE', 'phoneNumber', phone, message, hint);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      check.notChecked('phoneNumber', error);
    }
  }

  #isNew(what: string): boolean {
    const isNew = !this.#told.has(what);
    this.#told.add(what);
    return isNew;
  }

  #of(partitionId: string): Promise<OwnCarriers | null> {
    let own = this.#partitions.get(partitionId);
    if (!own) {
      own = this.#ask(partitionId);
      this.#partitions.set(partitionId, own);
    }
    return own;
  }

  /** @returns null where the platform does not tell, so that nothing is blamed for it */
  async #ask(partitionId: string): Promise<OwnCarriers | null> {
    const [partition, carriers, settings] = await Promise.all([
      orNull(this.#client.send(getPartition(partitionId))),
      orNull(this.#client.send(listCarriers(partitionId))),
      orNull(this.#client.send(listSettings(partitionId))),
    ]);
    if (partition === null && carriers === null) return null;
    const named = partition?.byotnCarrierId ? [partition.byotnCarrierId] : [];
    const isOwn = ({ enableByotn, carrierType }: { enableByotn?: unknown; carrierType?: unknown }) =>
      enableByotn === true || carrierType === 'SERVICE_PROVIDER_CARRIER';
    return {
      ids: carriers && new Set([...named, ...carriers.filter(isOwn).map(({ id }) => id)]),
      isUsed: partition?.useOwnCarrier === true,
      stagedCall: settingText(settings?.['ENABLE_STAGED_CALL']),
    };
  }
}

async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError) return null;
    throw error;
  }
}
