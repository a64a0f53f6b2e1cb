import { ApiError } from '../../api/api-error.js';
import type { Client } from '../../api/client.js';
import { type Call, getPartition, listLocationTypes, listSettings } from '../../api/endpoints.js';
import type { RowFindings } from '../row-findings.js';

/** What a value of a setting is: the API description says no more of it than that it is an object. */
export function settingText(setting: unknown): string {
  if (setting === null || typeof setting !== 'object') return String(setting ?? 'not set');
  const { value } = setting as { readonly value?: unknown };
  if (value !== undefined) return settingText(value);
  const inner = Object.values(setting);
  return inner.length === 1 ? settingText(inner[0]) : JSON.stringify(setting);
}

/** The setting that lets extensions be like the numbers of services. */
export const DANGEROUS_EXTENSIONS = 'AllowAccountDangerousExtensions';
/** A guess of which they are: what is dialled for 211, 411, 811 and so on. None of them begins with 9 or 1 as it is. */
const LIKE_A_SERVICE = /^[2-8]11$/;

/**
 * What a dry run asks of a partition: once, and only where a row needs it. Of a partition that does not tell, nothing is
 * said: its rows may be right.
 */
export class PartitionQuestions {
  readonly #client: Client;
  readonly #asked = new Map<string, Promise<unknown>>();
  /** what is told once for a partition, at the first row that it is about */
  readonly #told = new Set<string>();

  constructor(client: Client) {
    this.#client = client;
  }

  /**
   * Whether the partition allows the row's device type, and wants devices in its inventory first.
   * @param known the IDs of device types: a list of other things than these says nothing
   */
  async device(check: RowFindings, partitionId: string, known: ReadonlySet<string>): Promise<void> {
    const { deviceTypeId = '', macAddress = '' } = check.values;
    const partition = await this.#ask(getPartition(partitionId));
    const allowed = partition?.allowedDeviceTypes ?? [];
    if (allowed.some((type) => known.has(type)) && !allowed.includes(deviceTypeId)) {
      const message = `The partition does not allow devices of type ${deviceTypeId}`;
      const hint = `It allows ${allowed.slice(0, 12).join(', ')}${allowed.length > 12 ? ' and others' : ''}.`;
      check.add('DEVICE_TYPE_NOT_ALLOWED', 'deviceTypeId', deviceTypeId, message, hint);
    }
    if (partition?.requiresDeviceInventory !== true || !this.#isNew(`inventory ${partitionId}`)) return;
    const message =
      'The partition takes only devices that are in its inventory of devices; which are cannot be asked';
    const hint = 'Put the devices of the sheet into the inventory first, or try one row.';
    check.add('DEVICE_INVENTORY', 'macAddress', macAddress, message, hint);
  }

  /** Whether the partition may refuse the row's extension as one that could be dialled for a service. */
  async extension(check: RowFindings, partitionId: string): Promise<void> {
    const { extension = '' } = check.values;
    if (!LIKE_A_SERVICE.test(extension)) return;
    const settings = await this.#ask(listSettings(partitionId));
    if (settings === null || settingText(settings[DANGEROUS_EXTENSIONS]) === 'true') return;
    const message = `${extension} is the number of a local service, and ${DANGEROUS_EXTENSIONS} is not on in the partition`;
    const hint = 'Use another extension, or have the setting turned on.';
    check.add('EXTENSION_LIKE_SERVICE', 'extension', extension, message, hint);
  }

  /** Whether the platform has what a unit of a Canadian address counts. */
  async locationType(
    check: RowFindings,
    column: 'secondaryLocationDescription' | 'e911SecondaryLocationDescription',
    type: string,
  ): Promise<void> {
    const lists = await this.#ask(listLocationTypes());
    if (lists === null) return;
    const ofCanada = Object.entries(lists).filter(([key]) => /^can?(ada)?$/i.test(key));
    const offered = (ofCanada.length > 0 ? ofCanada : Object.entries(lists)).flatMap(([, list]) => list);
    if (offered.length === 0 || offered.includes(type)) return;
    const message = `The platform does not offer ${type} for an address in Canada`;
    const hint = `Use one of ${offered.filter((each) => each !== '').join(', ')}.`;
    check.add('LOCATION_TYPE_NOT_OFFERED', column, type, message, hint);
  }

  #ask<T>(call: Call<T>): Promise<T | null> {
    let asked = this.#asked.get(call.path) as Promise<T | null> | undefined;
    if (!asked) {
      asked = this.#client.send(call, { optional: true }).catch((error: unknown) => {
        if (error instanceof ApiError) return null;
        throw error;
      });
      this.#asked.set(call.path, asked);
    }
    return asked;
  }

  #isNew(what: string): boolean {
    return !this.#told.has(what) && this.#told.add(what) !== undefined;
  }
}
