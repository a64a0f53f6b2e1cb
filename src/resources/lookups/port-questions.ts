import { ApiError } from '../../api/api-error.js';
import type { Client } from '../../api/client.js';
import {
  getInventoryNumber,
  getRateCenter,
  listCarriers,
  type Prevalidated,
  prevalidatePort,
} from '../../api/endpoints.js';
import type { CredentialsFile } from '../../journal/credentials.js';
import type { Journal } from '../../journal/journal.js';
import type { Resource } from '../../plan/resource.js';
import type { ColumnName } from '../../records/columns.js';
import { portGroup, UNTOLD_ORDER } from '../../records/port-order.js';
import type { ImportRecord } from '../../records/record.js';
import { rowAddresses } from '../activation.js';
import { compare, differenceText, type FieldDifference } from '../compare.js';
import { lateOrder } from '../late-order.js';
import { lookWith } from '../look.js';
import { groupOf, orderBody } from '../port-body.js';
import { numberElsewhere } from '../port-places.js';
import type { Finding, RowFindings } from '../row-findings.js';
import type { Addresses } from './addresses.js';

/** What the platform says of one port order. */
interface OrderAnswers {
  /** errors of single numbers */
  readonly numbers: ReadonlyMap<string, Finding>;
  /** errors of the order, which are those of all its rows */
  readonly errors: readonly Finding[];
  /** told once, at the row that asked first */
  readonly warnings: readonly Finding[];
  readonly firstRow: number;
}

/** Orders whose answers are kept at once: their rows usually stand near each other. */
const MAX_KEPT = 64;

/**
 * What a dry run can ask about ports: whether each prefix is served and can be ported, and the check of each order, which
 * the platform makes without an account. What it says is advice: that the losing carrier lets a number go nobody knows
 * before.
 */
export class PortQuestions {
  readonly #client: Client;
  readonly #journal: Journal<ImportRecord>;
  readonly #addresses: Addresses;
  readonly #partitionId: string;
  /** holds what wireless orders name their customer with */
  readonly #secrets: CredentialsFile | null;
  readonly #orders = new Map<string, Promise<OrderAnswers>>();
  readonly #prefixes = new Map<string, Promise<Finding | null>>();
  #carriers: Promise<Finding | null> | null = null;

  constructor(
    client: Client,
    journal: Journal<ImportRecord>,
    addresses: Addresses,
    partitionId: string,
    secrets: CredentialsFile | null,
  ) {
    this.#client = client;
    this.#journal = journal;
    this.#addresses = addresses;
    this.#partitionId = partitionId;
    this.#secrets = secrets;
  }

  /** Whether the order of a row can be ported as the sheet says; each order is asked about once. */
  async order(check: RowFindings, resource: Resource): Promise<void> {
    let asked = this.#orders.get(resource.key);
    if (!asked) {
      asked = this.#ask(check.ordinal, resource);
      if (this.#orders.size >= MAX_KEPT) this.#orders.delete(this.#orders.keys().next().value ?? '');
      this.#orders.set(resource.key, asked);
    }
    let answers: OrderAnswers;
    try {
      answers = await asked;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      check.notChecked('phoneNumber', error);
      return;
    }
    const own = answers.numbers.get(check.values.phoneNumber ?? '');
    const others = [...answers.numbers.values()].filter((each) => each !== own);
    check.findings.push(...(own ? [own] : []), ...answers.errors);
    if (answers.firstRow === check.ordinal) check.findings.push(...answers.warnings);
    const [other] = others;
    if (!own && other)
      check.findings.push(
        finding(
          'PORT_ORDER_INCOMPLETE',
          'portOrder',
          check.values.portOrder ?? '',
          `The port order waits for its number ${other.value}: an order short of a number would be another order`,
          'Correct that row, or take it out of the sheet if the order is to go without it.',
        ),
      );
  }

  async #ask(ordinal: number, resource: Resource): Promise<OrderAnswers> {
    const { values, numbers = [] } = resource;
    const partitionId = values.partitionId ?? this.#partitionId;
    this.#carriers ??= this.#askCarriers(partitionId, ordinal);
    const [carriers, ...each] = await Promise.all([
      this.#carriers,
      ...numbers.map((phone) => this.#number(partitionId, phone, ordinal)),
    ]);
    const wrong = new Map<string, Finding>();
    const warnings: Finding[] = [];
    each.forEach((found, index) => {
      if (found !== null) wrong.set(numbers[index] ?? '', found);
    });
    // told once in all, of whichever order came first
    if (carriers !== null) {
      warnings.push(carriers);
      this.#carriers = Promise.resolve(null);
    }
    const short = this.#invalidRow(resource);
    if (short !== null) warnings.push(short);
    const told = { numbers: wrong, firstRow: ordinal };
    const late = lateOrder(resource);
    if (late !== null) return { ...told, errors: [late], warnings };
    if (wrong.size > 0 || short !== null) return { ...told, errors: [], warnings };
    const checked = await this.#prevalidate(partitionId, resource, ordinal);
    return { ...told, errors: checked.errors, warnings: [...warnings, ...checked.warnings] };
  }

  /** Another row of the order that is not valid, so that the order cannot go. */
  #invalidRow(resource: Resource): Finding | null {
    const untold = portGroup(resource.values.accountNumber, UNTOLD_ORDER);
    const rows = [groupOf(resource), untold].flatMap((group) => this.#journal.rowsOfPortOrder(group));
    const invalid = rows.find(({ status }) => status === 'invalid');
    const row = invalid && this.#journal.placeOfRow(invalid.ordinal)?.row;
    if (row === undefined) return null;
    return finding(
      'PORT_ORDER_INCOMPLETE',
      'portOrder',
      resource.values.portOrder ?? '',
      `The port order waits for row ${row}, which is not valid: an order short of a number would be another order`,
      'Correct that row, or take it out of the sheet if the order is to go without it.',
    );
  }

  /** What speaks against porting one number. */
  async #number(partitionId: string, phone: string, ordinal: number): Promise<Finding | null> {
    const look = lookWith(this.#client, ordinal);
    const number = await look(getInventoryNumber(partitionId, phone));
    const elsewhere = number && numberElsewhere(phone, number, '');
    if (elsewhere)
      return finding('NUMBER_NOT_FREE', 'phoneNumber', phone, elsewhere, 'Check the number and where it is.');
    const prefix = phone.slice(0, 7);
    let asked = this.#prefixes.get(prefix);
    if (!asked) {
      asked = this.#prefix(partitionId, phone, ordinal);
      asked.catch(() => this.#prefixes.delete(prefix));
      this.#prefixes.set(prefix, asked);
    }
    const found = await asked;
    return found && { ...found, value: phone };
  }

  async #prefix(partitionId: string, phone: string, ordinal: number): Promise<Finding | null> {
    const center = await lookWith(this.#client, ordinal)(getRateCenter(partitionId, phone));
    const hint = 'Leave the row out, or ask Alianza whether the number can be ported.';
    const prefix = phone.slice(1, 7).replace(/^(...)/, '$1-');
    const refuse = (message: string) => finding('PORT_NOT_POSSIBLE', 'phoneNumber', phone, message, hint);
    if (center === null) return refuse(`The platform knows no rate center of ${prefix}`);
    if (center.serviceAvailable === false)
      return refuse(`The platform has no service in the place of ${prefix}`);
    return center.portable === false ? refuse(`Numbers of ${prefix} cannot be ported`) : null;
  }

  async #askCarriers(partitionId: string, ordinal: number): Promise<Finding | null> {
    const carriers = await lookWith(
      this.#client,
      ordinal,
    )(listCarriers(partitionId)).catch((error: unknown) => {
      if (error instanceof ApiError) return null;
      throw error;
    });
    if (carriers === null || carriers.some(({ supportPorting }) => supportPorting !== false)) return null;
    const hint = 'Ask Alianza for a carrier that ports numbers before the sheet is sent.';
    return finding(
      'PORT_NO_CARRIER',
      'numberSource',
      'PORT',
      'No carrier of the partition ports numbers',
      hint,
    );
  }

  async #prevalidate(
    partitionId: string,
    resource: Resource,
    ordinal: number,
  ): Promise<Pick<OrderAnswers, 'errors' | 'warnings'>> {
    const addresses = await rowAddresses(this.#addresses, resource.values, ordinal);
    // an address that is not known is told where the number is asked about
    if (addresses === null) return { errors: [], warnings: [] };
    const secrets = (await this.#secrets?.portSecrets(groupOf(resource))) ?? {};
    const body = orderBody(resource, addresses, { partitionId }, secrets);
    try {
      const answer = await this.#client.send(prevalidatePort(partitionId, body), { priority: ordinal });
      return { errors: errorsOf(resource, answer), warnings: warningsOf(resource, answer, body) };
    } catch (error) {
      if (!(error instanceof ApiError) || error.kind !== 'refused') throw error;
      return { errors: [notPossible(resource, error.messages.join('; ') || error.message)], warnings: [] };
    }
  }
}

function finding(
  code: Finding['code'],
  column: ColumnName | null,
  value: string,
  message: string,
  hint: string,
) {
  return { code, column, value, message, hint };
}

function notPossible({ values }: Resource, why: string): Finding {
  const message = `The platform cannot port the order: ${why}`;
  return finding(
    'PORT_NOT_POSSIBLE',
    'phoneNumber',
    values.phoneNumber ?? '',
    message,
    'Correct what it names.',
  );
}

function errorsOf(resource: Resource, answer: Prevalidated): Finding[] {
  const said = [answer.thirdPartyResultCode, answer.thirdPartyResultMessage].filter(Boolean).join(': ');
  const why = answer.exception || said;
  if (answer.serviceAvailable === false || answer.exception)
    return [notPossible(resource, why || 'it has no service there')];
  const day = resource.values.portDate;
  if (day === undefined) return [];
  const offered = [...new Set((answer.availabilityList ?? []).map((each) => each.slice(0, 10)))].sort();
  const [earliest, latest] = [answer.earliestCRD?.slice(0, 10), answer.latestCRD?.slice(0, 10)];
  const isOffered =
    offered.length > 0 ? offered.includes(day) : day >= (earliest ?? day) && day <= (latest ?? day);
  if (isOffered) return [];
  const near = offered.length > 0 ? nearest(day, offered) : day < (earliest ?? day) ? earliest : latest;
  const message = `${day} is none of the days that the losing carrier offers`;
  return [finding('PORT_DATE_NOT_OFFERED', 'portDate', day, message, `The nearest is ${near}.`)];
}

/** The day that is nearest to another one; of two the later. */
function nearest(day: string, days: readonly string[]): string {
  const distance = (other: string) => Math.abs(Date.parse(other) - Date.parse(day));
  return days.reduce((best, each) => (distance(each) <= distance(best) ? each : best));
}

/** Columns of the parts of a customer record; those of the address are in `address`. */
const RECORD_COLUMNS: Readonly<Record<string, ColumnName>> = {
  businessName: 'businessName',
  firstName: 'customerFirstName',
  lastName: 'customerLastName',
  customerType: 'customerType',
};

function warningsOf(
  { values }: Resource,
  answer: Prevalidated,
  body: { readonly customerServiceRecord: object },
): Finding[] {
  const found: Finding[] = [];
  const isWireless = values.portWireType === 'WIRELESS';
  if (typeof answer.wirelessPort === 'boolean' && answer.wirelessPort !== isWireless) {
    const is = answer.wirelessPort ? 'a mobile' : 'a landline';
    const message = `The platform takes the number for one of ${is} carrier; portWireType is ${values.portWireType}`;
    const hint = 'Check which carrier the number is of, and correct portWireType.';
    found.push(finding('PORT_WIRE_TYPE', 'portWireType', values.portWireType ?? '', message, hint));
  }
  const type = values.directoryListingType;
  if (answer.directoryListingAllowed === false && (values.directoryListed || type !== 'PORTED')) {
    const message = 'The platform does not let a directory listing be changed with this port';
    const hint = 'Leave directoryListed and directoryListingType blank; change the listing after the port.';
    found.push(finding('PORT_LISTING_NOT_ALLOWED', 'directoryListingType', type ?? '', message, hint));
  }
  const record = body.customerServiceRecord;
  const differing = (answer.resultCSRs ?? []).map((each) => differencesOf(record, each));
  if (differing.length === 0 || differing.some((differences) => differences.length === 0)) return found;
  const closest = differing.reduce((best, each) => (each.length < best.length ? each : best));
  const [first] = closest;
  const column = RECORD_COLUMNS[first?.field ?? ''] ?? 'address';
  const message = `The losing carrier has another customer record: ${closest.map(differenceText).join(', ')}`;
  const hint = 'Make the sheet equal to what the losing carrier has, or the port is likely to be rejected.';
  found.push(finding('PORT_CSR_DIFFERS', column, String(values[column] ?? ''), message, hint));
  return found;
}

/** What a caller ID name says, the losing carrier does not look at. */
function differencesOf(record: object, theirs: object): readonly FieldDifference[] {
  const { customerName: _, ...stated } = record as Record<string, unknown>;
  return compare(stated, theirs, true).differences;
}
