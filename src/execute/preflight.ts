import { ApiError } from '../api/api-error.js';
import type { Client } from '../api/client.js';
import type { Call } from '../api/endpoints.js';
import type { HttpLog } from '../api/http-log.js';
import type { CredentialsFile } from '../journal/credentials.js';
import type { Journal, JsonObject, StoredRow } from '../journal/journal.js';
import { nthOf } from '../plan/keys.js';
import type { Resource, RowPlan } from '../plan/resource.js';
import { headersOf, typedHeaders } from '../records/headers.js';
import { PROBLEM_CODES, underHeader, withSeverity } from '../records/problem.js';
import { PRODUCTS } from '../records/products.js';
import type { ImportRecord } from '../records/record.js';
import { rowAddresses } from '../resources/activation.js';
import { fieldsWith } from '../resources/changes.js';
import { differenceText, type FieldDifference } from '../resources/compare.js';
import { differencesFromSheet } from '../resources/create-once.js';
import type { Around, Ids } from '../resources/kind.js';
import { type AnyKind, isObject, KINDS, objectOf } from '../resources/kinds.js';
import { lookWith } from '../resources/look.js';
import { AccountIndex } from '../resources/lookups/account-index.js';
import { Addresses } from '../resources/lookups/addresses.js';
import { DryRunQuestions } from '../resources/lookups/dry-run-questions.js';
import { type Snapshot, Snapshots } from '../resources/lookups/snapshots.js';
import { numberOfSearch, numbersForSearches } from '../resources/number.js';
import { heldOwnerId } from '../resources/owner.js';
import { type Finding, RowFindings } from '../resources/row-findings.js';
import type { ExistingPolicy } from '../resources/task.js';
import { callsOf, type PlannedUpdate, plannedUpdate, strangeness } from '../resources/update-once.js';
import { inParallel } from './in-parallel.js';
import { PlanCounter } from './plan-counter.js';
import { Planner } from './planner.js';
import { rehearse, rehearsedLineId, VOICEMAIL_BOX_ID } from './rehearse.js';
import type { StopSwitch } from './stop-switch.js';

export interface PreflightOptions {
  readonly client: Client;
  readonly journal: Journal<ImportRecord>;
  /** the partition of rows that name none */
  readonly partitionId: string;
  readonly baseUrl: string;
  readonly concurrency: number;
  readonly stop: StopSwitch;
  readonly existing: ExistingPolicy;
  /** where the writes that a run would send are written down */
  readonly httpLog: HttpLog | null;
  /** holds the secrets of port orders while it lasts */
  readonly secrets: CredentialsFile;
  /** hears of each row that was compared, and whether it is still valid */
  onRow(isValid: boolean): void;
}

/** What a dry run came to, besides what the journal keeps of each row. */
export interface Preflight {
  /** rows that are there already with everything that they want */
  readonly existing: number;
  /** what the rows that are still valid would bring about */
  readonly counter: PlanCounter;
}

/**
 * The read-only checks of a dry run, of all selected rows that are valid: what is there already and whether it is the sheet's, and what can
 * be asked about the rest. What is found goes into the journal: problems, and rows that turn out invalid.
 *
 * @returns what it came to; its plan knows the rows that were checked
 */
export async function preflight(options: PreflightOptions): Promise<Preflight> {
  const { client, journal, partitionId, stop, httpLog, baseUrl } = options;
  const updates = options.existing === 'update';
  const addresses = new Addresses(client, journal);
  const planner = new Planner(journal);
  const checks = new RowChecks(client, journal, addresses, partitionId, updates, options.secrets);
  const counter = new PlanCounter('new', updates);
  /** what several rows share and is written down */
  const planned = new Set<string>();
  const findings: Findings = { journal, headers: headersBySource(journal) };
  let existing = 0;
  await inParallel(journal.selectedRows('valid'), options.concurrency, stop, async (row) => {
    const plan = planner.plan(row);
    if (typeof plan === 'string') return options.onRow(true);
    const found = await checks.check(row, plan);
    for (const finding of found.findings) await addFinding(findings, row, finding);
    if (found.existing.length > 0) {
      const isAll = found.existing.length === plan.resources.filter(isObject).length;
      const changes =
        found.changes.length === 0 ? {} : { changes: found.changes.map((each) => ({ ...each })) };
      if (isAll && found.changes.length === 0) existing++;
      const updated = [...new Set(found.changes.map(({ object }) => object))];
      const what = `${isAll ? 'would be existing' : 'partly there already'}: ${found.existing.join(', ')}`;
      const warnings = updated.length === 0 ? [what] : [`would be updated: ${updated.join(', ')}`];
      await journal.setRowStatus(row.ordinal, row.status, { warnings, ...changes } as JsonObject);
    }
    const isValid = !found.findings.some(isError);
    options.onRow(isValid);
    if (!isValid) return journal.setRowStatus(row.ordinal, 'invalid', null);
    counter.addPlanned(row.record, plan, ({ key }) => {
      const differs = found.differs.get(key);
      if (found.changes.some(({ object }) => object === key)) return 'update';
      return differs === undefined ? 'create' : differs ? 'differs' : 'exists';
    });
    if (httpLog) await logPlanned(row, plan, found);
    return undefined;
  });
  if (!stop.stopped)
    for await (const { ordinal, finding } of checks.questions.places.check()) {
      const row = journal.row(ordinal);
      if (!row) continue;
      await addFinding(findings, row, finding);
      if (!isError(finding)) continue;
      await journal.setRowStatus(ordinal, 'invalid', null);
      counter.drop(ordinal);
    }
  return { existing, counter };

  /** Writes down what a run would send for a row: of what is there its updates alone, and what rows share once. */
  async function logPlanned(row: StoredRow<ImportRecord>, plan: RowPlan, found: RowFindings): Promise<void> {
    const own = plan.resources.some(({ kind }) => kind === 'number');
    const [first] = plan.resources;
    const valid =
      own && first ? await rowAddresses(addresses, first.values, row.ordinal).catch(() => null) : null;
    for (const resource of plan.resources) {
      const { key } = resource;
      const updates = found.updates.get(key);
      if (updates) write(updates, row);
      if (found.differs.has(key) || planned.has(key)) continue;
      if (isShared(resource)) planned.add(key);
      write(rehearse(resource, partitionId, valid), row);
    }
  }

  function write(calls: readonly Call<unknown>[], { ordinal }: StoredRow<ImportRecord>): void {
    for (const { operation, method, path, body = null } of calls)
      httpLog?.writePlanned(ordinal, { operation, method, url: baseUrl + path, body });
  }
}

/** Where findings go, and the headers that are not the names of their columns, by source. */
interface Findings {
  readonly journal: Journal<ImportRecord>;
  readonly headers: ReadonlyMap<number, ReadonlyMap<string, string>>;
}

/** The headers that are not the names of their columns, by source. */
export function headersBySource(journal: Journal<ImportRecord>): Findings['headers'] {
  return new Map(journal.sources().map((source) => [source.id, typedHeaders(headersOf(source))]));
}

/** Only accounts, users and what is set on them are shared by several rows. */
function isShared(resource: Resource): boolean {
  const object = objectOf(resource);
  return object === 'account' || object === 'user' || object === 'voicemailBox' || object === 'portOrder';
}

function isError(finding: Finding): boolean {
  return PROBLEM_CODES[finding.code].severity === 'error';
}

/** Adds what was found on the platform to the problems of a row. */
export function addFinding(
  { journal, headers }: Findings,
  row: StoredRow<ImportRecord>,
  finding: Finding,
): Promise<void> {
  const { file, sheet, row: number } = row.record;
  const problem = withSeverity({ file, sheet, row: number, ...finding });
  return journal.addProblem(row.ordinal, { ...underHeader(problem, headers.get(row.source)) });
}

/** What becomes of differences of what the platform is still at work on. */
const CORRECTED =
  'If the carrier has rejected it, the run corrects it as far as the platform allows; else it is taken as it is there.';

/** Walks over the resources of a row and asks what their kinds can ask. */
class RowChecks {
  readonly #client: Client;
  readonly #journal: Journal<ImportRecord>;
  readonly #addresses: Addresses;
  readonly #accounts: AccountIndex;
  readonly #snapshots: Snapshots;
  readonly #partitionId: string;
  readonly #neverAnswered = new Set<string>();
  readonly #updates: boolean;
  /** the resources that a row has told of already */
  readonly #told = new Set<string>();
  readonly questions: DryRunQuestions;

  constructor(
    client: Client,
    journal: Journal<ImportRecord>,
    addresses: Addresses,
    partitionId: string,
    updates: boolean,
    secrets: CredentialsFile,
  ) {
    this.#updates = updates;
    this.#client = client;
    this.#journal = journal;
    this.#addresses = addresses;
    this.#accounts = new AccountIndex(client);
    this.#snapshots = new Snapshots(client);
    this.#partitionId = partitionId;
    this.questions = new DryRunQuestions(
      client,
      journal,
      addresses,
      this.#snapshots.callingPlans,
      partitionId,
      secrets,
    );
  }

  async check(row: StoredRow<ImportRecord>, { resources }: RowPlan): Promise<RowFindings> {
    const [account] = resources;
    if (!account) throw new Error(`row ${row.row} has no account in its plan`);
    const check = new RowFindings(row.ordinal, account);
    const held = await this.#account(check, account);
    const owner = held && (await this.#ownerOf(held, account, row.ordinal));
    const around: Around = {
      ownerId: owner ?? '',
      phone: await this.#phoneOf(check, resources, held, owner),
      voicemailBoxId: await this.#boxOf(check, resources, held),
    };
    await Promise.all(resources.slice(1).map((resource) => this.#resource(check, resource, held, around)));
    return check;
  }

  /** The ID of what the row's number rings; null where that is not there, or could not be asked, which is told elsewhere. */
  async #ownerOf(held: Snapshot, resource: Resource, ordinal: number): Promise<string | null> {
    const { owner } = PRODUCTS[resource.product];
    if (owner === null) return null;
    try {
      return await heldOwnerId(held, resource, ordinal);
    } catch (error) {
      if (owner === 'target' && error instanceof ApiError) return null;
      throw error;
    }
  }

  /** The row's number: the given one, or for a row that searches, the one that its owner has already. */
  async #phoneOf(
    check: RowFindings,
    resources: readonly Resource[],
    held: Snapshot | null,
    ownerId: string | null,
  ): Promise<string | undefined> {
    const number = resources.find(({ kind }) => kind === 'number');
    const { phoneNumber } = check.values;
    if (phoneNumber !== undefined || number === undefined || held === null || ownerId === null)
      return phoneNumber;
    const owned = await numbersForSearches(this.#journal, held, ownerId, check.ordinal);
    const index = nthOf(number.key) - 1;
    return (await numberOfSearch(owned, index, held, number, ownerId, check.ordinal))?.phoneNumber;
  }

  /** The ID of the voicemail box that the row names; undefined where that is not there. */
  async #boxOf(
    check: RowFindings,
    resources: readonly Resource[],
    held: Snapshot | null,
  ): Promise<string | undefined> {
    const box = resources.find(({ kind }) => kind === 'voicemailBox');
    if (box === undefined || held === null) return undefined;
    const { find } = KINDS.voicemailBox;
    const now = await find.held(held, find.identity(box, { ownerId: '', phone: undefined }), check.ordinal);
    return now === null ? undefined : find.idOf(now);
  }

  /** @returns what the account holds, when it is there and the sheet's; null otherwise */
  async #account(check: RowFindings, resource: Resource): Promise<Snapshot | null> {
    const kind = KINDS.account;
    const { values } = resource;
    const partitionId = values.partitionId ?? this.#partitionId;
    await kind.dryRun.always?.(check, this.questions, resource, null);
    const now = await this.#accounts.find(partitionId, values.accountNumber, check.ordinal);
    if (!now) return null;
    const around: Around = { ownerId: '', phone: undefined };
    const isSame = await this.#found(check, resource, now, around, { partitionId, accountId: now.id });
    return isSame ? this.#snapshots.of(partitionId, now.id) : null;
  }

  async #resource(
    check: RowFindings,
    resource: Resource,
    held: Snapshot | null,
    around: Around,
  ): Promise<void> {
    const kind = KINDS[resource.kind];
    await kind.dryRun.always?.(check, this.questions, resource, held);
    const now = held && (await kind.find.held(held, kind.find.identity(resource, around), check.ordinal));
    if (now && held) await this.#found(check, resource, now, around, held);
    else await kind.dryRun.whenNew?.(check, this.questions, resource, held);
  }

  /** @returns whether it is recognisably the sheet's */
  async #found(
    check: RowFindings,
    resource: Resource,
    now: object,
    around: Around,
    account: { readonly partitionId: string; readonly accountId: string },
  ): Promise<boolean> {
    const kind = KINDS[resource.kind];
    const identity = kind.find.identity(resource, around);
    const update = this.#updates ? kind.update : null;
    const strange = strangeness(kind, update !== null)(now, identity);
    if (strange !== null) {
      const { another } = kind.dryRun;
      const column = another?.column(resource.values, resource) ?? 'accountNumber';
      const value = String(resource.values[column] ?? '');
      const hint = another?.hint ?? 'Correct the sheet, or change what is on the platform.';
      check.add(another?.code ?? 'DIFFERS_ON_PLATFORM', column, value, `On the platform ${strange}`, hint);
      return false;
    }
    const held = this.#snapshots.of(account.partitionId, account.accountId);
    const doubt = (await update?.doubt?.(held, now, identity, check.ordinal)) ?? null;
    if (doubt !== null) {
      const column = kind.dryRun.another?.column(resource.values, resource) ?? null;
      const value = column === null ? '' : String(resource.values[column] ?? '');
      const hint = 'Correct the sheet, or tell them apart on the platform.';
      check.add('NOT_SURELY_THE_SAME', column, value, `On the platform ${doubt}`, hint);
      return false;
    }
    if (isObject(resource)) check.existing.push(resource.key);
    check.differs.set(resource.key, false);
    if (this.#told.has(resource.key)) return true;
    this.#told.add(resource.key);
    const { partitionId, accountId } = account;
    const id = isObject(resource) ? kind.find.idOf(now) : (around.phone ?? '');
    const { phone } = around;
    // What an update names and the run would bring has no ID yet.
    const boxId = update !== null && resource.needs.voicemailBox !== undefined ? VOICEMAIL_BOX_ID : undefined;
    const ids: Ids = {
      ...{ partitionId, accountId, id, ownerId: around.ownerId ?? '', phone },
      ...{ voicemailBoxId: around.voicemailBoxId ?? boxId, lineId: rehearsedLineId },
    };
    const asking = {
      addresses: this.#addresses,
      neverAnswered: this.#neverAnswered,
      look: lookWith(this.#client, check.ordinal),
    };
    const planned = update && (await plannedUpdate(asking, kind, update, resource, ids, check.ordinal, now));
    const differences = planned
      ? planned.differs
      : await differencesFromSheet(asking, resource, check.ordinal, kind, ids, now);
    if (planned && update) this.#plan(check, resource, update, planned, ids);
    for (const difference of differences) this.#tell(check, kind, difference);
    check.differs.set(resource.key, differences.length > 0);
    return true;
  }

  /** Keeps what an update would change, and the calls that it would send. */
  #plan(
    check: RowFindings,
    { key }: Resource,
    update: NonNullable<AnyKind['update']>,
    { changes, now }: PlannedUpdate<object>,
    ids: Ids,
  ): void {
    for (const change of changes) check.changes.push({ object: key, ...change });
    if (now === null || changes.length === 0) return;
    check.updates.set(
      key,
      callsOf(update, changes).map((part) => update.call(ids, fieldsWith(part, now), now)),
    );
  }

  #tell(check: RowFindings, { title, waitsFor }: AnyKind, difference: FieldDifference): void {
    const isKept = `It ${difference.why === undefined ? 'is taken' : 'stays'} as it is there. Correct the sheet, or change it on the platform.`;
    check.add(
      'DIFFERS_ON_PLATFORM',
      null,
      difference.inSheet,
      `${title} differs on the platform: ${differenceText(difference)}`,
      waitsFor?.holdsRow === true ? CORRECTED : isKept,
    );
  }
}
