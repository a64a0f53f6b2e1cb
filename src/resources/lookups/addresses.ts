import type { Client } from '../../api/client.js';
import { type AddressValidation, validateAddress } from '../../api/endpoints.js';
import type { Journal, JsonObject } from '../../journal/journal.js';
import type { ImportRecord } from '../../records/record.js';
import { StepError } from '../step-error.js';

/** The parts of an address as the sheet has them. */
export interface SheetAddress {
  readonly address: string;
  readonly city?: string | undefined;
  readonly state?: string | undefined;
  readonly postalCode?: string | undefined;
  readonly country: string;
  readonly secondaryLocationDescription?: string | undefined;
  readonly unit?: string | undefined;
}

/** An address that the platform has parsed and found good. */
export interface ValidAddress {
  /** the address fields as the platform gave them, blank ones left out, with the sheet's country and unit */
  readonly fields: Readonly<Record<string, string | boolean>>;
  readonly latitude: string | undefined;
  readonly longitude: string | undefined;
}

/** What to add to a sheet for each field that the platform asks for. */
const COLUMN_OF_REQUIRED_FIELD: Readonly<Record<string, string>> = {
  streetNumber: 'address (the house number)',
  streetName: 'address (the street)',
};

/**
 * Address validation (guide, "Address Validation"), asked once per distinct address and remembered in the journal.
 */
export class Addresses {
  readonly #client: Client;
  readonly #journal: Journal<ImportRecord>;
  readonly #asking = new Map<string, Promise<AddressValidation>>();
  /** what this process has been told of addresses that the platform does not know */
  readonly #unknown = new Map<string, AddressValidation>();

  constructor(client: Client, journal: Journal<ImportRecord>) {
    this.#client = client;
    this.#journal = journal;
  }

  /**
   * @throws StepError when the platform finds the address invalid or asks for more, saying which column to fill
   */
  async validate(address: SheetAddress, priority: number): Promise<ValidAddress> {
    let answer = await this.#ask(singleLine(address), address, priority);
    const lacking = (answer.requiredFields ?? []).filter((field) => !given(address, field));
    if (lacking.length > 0)
      throw new StepError(
        `The platform needs more of the address "${singleLine(address)}": ${lacking.join(', ')}.`,
        `Fill in ${lacking.map((field) => COLUMN_OF_REQUIRED_FIELD[field] ?? field).join(' and ')}.`,
      );
    // A building with units has no position of its own until the unit is named.
    if (answer.requiredFields?.length && answer.latitude == null)
      answer = await this.#ask(singleLine(address, true), address, priority);
    if (!isKnown(answer))
      throw new StepError(
        `The platform does not know the address "${singleLine(address)}".`,
        'Check street, city, state and postal code; new buildings may have to be registered with Alianza first.',
      );
    return {
      fields: addressFields(answer.customerServiceRecord ?? {}, address),
      latitude: answer.latitude == null ? undefined : String(answer.latitude),
      longitude: answer.longitude == null ? undefined : String(answer.longitude),
    };
  }

  async #ask(line: string, address: SheetAddress, priority: number): Promise<AddressValidation> {
    const key = JSON.stringify([line, address.country, address.postalCode ?? '']);
    const known = this.#journal.answer(key) ?? this.#unknown.get(key);
    if (known) return known as AddressValidation;
    let asking = this.#asking.get(key);
    if (!asking) {
      asking = this.#client.send(validateAddress(line, address.country, address.postalCode), { priority });
      this.#asking.set(key, asking);
      asking
        .then((answer) => {
          // An address that is unknown today may be registered tomorrow: a later process asks again.
          if (isKnown(answer)) return this.#journal.rememberAnswer(key, answer as JsonObject);
          this.#unknown.set(key, answer);
          return undefined;
        })
        .catch(() => {})
        .finally(() => this.#asking.delete(key));
    }
    return asking;
  }
}

function isKnown({ valid, customerServiceRecord }: AddressValidation): boolean {
  return valid !== false && Boolean(customerServiceRecord);
}

/** The one line that the platform parses. */
function singleLine(address: SheetAddress, withUnit = false): string {
  const street =
    withUnit && address.unit !== undefined
      ? `${address.address} ${address.secondaryLocationDescription ?? 'UNIT'} ${address.unit}`
      : address.address;
  return [street, address.city, address.state].filter((part) => part !== undefined).join(', ');
}

function given(address: SheetAddress, field: string): boolean {
  return Boolean((address as unknown as Record<string, unknown>)[field]);
}

function addressFields(
  record: Readonly<Record<string, unknown>>,
  address: SheetAddress,
): Record<string, string | boolean> {
  const fields: Record<string, string | boolean> = {};
  for (const [name, value] of Object.entries(record)) {
    if (typeof value === 'boolean' || (typeof value === 'string' && value !== '')) fields[name] = value;
    else if (typeof value === 'number') fields[name] = String(value);
  }
  const { city, state, postalCode } = address;
  for (const [name, value] of Object.entries({ city, state, postalCode }))
    if (value !== undefined) fields[name] ??= value;
  fields['country'] = address.country;
  if (address.unit !== undefined) fields['unit'] = address.unit;
  if (address.secondaryLocationDescription !== undefined)
    fields['secondaryLocationDescription'] = address.secondaryLocationDescription;
  return fields;
}
