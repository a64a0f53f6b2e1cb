import { ApiError, NotSentError } from '../../api/api-error.js';
import type { Client } from '../../api/client.js';
import { searchNumbers } from '../../api/endpoints.js';
import type { Journal } from '../../journal/journal.js';
import type { ImportRecord } from '../../records/record.js';
import type { Finding } from '../row-findings.js';
import type { ValidAddress } from './addresses.js';

/** Numbers asked for at most when it is counted how many there are near a place. */
const MAX_COUNTED = 1000;

/** What is counted of one place. */
interface PlaceDemand {
  readonly partitionId: string;
  readonly address: ValidAddress;
  readonly line: string;
  /** ordinals of the rows that search there */
  readonly rows: number[];
}

/** How many numbers the rows of a sheet search near each place, and whether the platform has as many. */
export class PlaceDemands {
  readonly #client: Client;
  readonly #journal: Journal<ImportRecord>;
  readonly #places = new Map<string, PlaceDemand>();

  constructor(client: Client, journal: Journal<ImportRecord>) {
    this.#client = client;
    this.#journal = journal;
  }

  /** A row searches a number near an address. */
  add(ordinal: number, partitionId: string, address: ValidAddress, line: string): void {
    const { country, state, city, postalCode } = address.fields;
    const name = [partitionId, country, state, city, postalCode].join('|');
    const place = this.#places.get(name);
    if (place) place.rows.push(ordinal);
    else this.#places.set(name, { partitionId, address, line, rows: [ordinal] });
  }

  /** Whether the places have numbers enough; known when all rows are checked. */
  async *check(): AsyncGenerator<{ ordinal: number; finding: Finding }> {
    for (const { partitionId, address, line, rows } of this.#places.values()) {
      const { latitude = '', longitude = '' } = address;
      const wanted = Math.min(MAX_COUNTED, rows.length + 10);
      const offered = await this.#client
        .send(searchNumbers(partitionId, latitude, longitude, wanted))
        .catch((error: unknown) => {
          if (error instanceof ApiError || error instanceof NotSentError) return null;
          throw error;
        });
      if (offered === null) continue;
      const free = offered.filter(
        ({ phoneNumber }) => this.#journal.rowOfPhone(phoneNumber) === undefined,
      ).length;
      if (free >= Math.min(rows.length, MAX_COUNTED)) continue;
      const code = free === 0 ? 'NO_NUMBERS' : 'NUMBERS_SCARCE';
      const message = `The platform offers ${free === 0 ? 'no number' : `${free} numbers`} near "${line}", where ${rows.length} rows search one`;
      const hint = 'Give phoneNumber in the sheet, or ask Alianza for numbers in this rate center.';
      for (const ordinal of free === 0 ? rows : rows.slice(0, 1))
        yield { ordinal, finding: { code, column: 'address', value: line, message, hint } };
    }
  }
}
