import { rmSync } from 'node:fs';
import { isInterruption } from '../errors.js';
import { planOf } from '../execute/executor.js';
import { inParallel } from '../execute/in-parallel.js';
import { Preflight } from '../execute/preflight.js';
import { rehearse } from '../execute/rehearse.js';
import type { Finding } from '../execute/row-findings.js';
import { type StopSwitch, stopSwitch } from '../execute/stop-switch.js';
import type { JsonObject, StoredRow } from '../journal/journal.js';
import { loadSheets } from '../load/load.js';
import type { Settings } from '../options.js';
import { PROBLEM_CODES, type Problem } from '../records/problem.js';
import type { ImportRecord } from '../records/record.js';
import { sheetAddresses } from '../resources/activation.js';
import { AccountIndex } from '../resources/lookups/account-index.js';
import { Addresses } from '../resources/lookups/addresses.js';
import { Snapshots } from '../resources/lookups/snapshots.js';
import type { RunReport } from '../results/run-report.js';
import type { SheetFormat } from '../sheet/write/write.js';
import { type Connection, connect, type Platform } from './connect.js';
import type { RunDirectory } from './directory.js';
import { type Follow, signalOf, tell } from './events.js';
import { rememberPartition } from './import-run.js';
import { refuseInterrupted, unlessInterrupted } from './interrupt.js';
import { remember, remembered } from './life.js';
import { openRunLog } from './log.js';
import { beginPart, endPart, type OpenPart } from './report.js';

export interface CheckOptions {
  readonly settings: Settings;
  readonly format: SheetFormat;
  /** null: offline only */
  readonly openPlatform: (() => Promise<Platform>) | null;
}

/**
 * Everything up to the first write: the sheets into the journal, and, where there is a platform, the read-only checks
 * on it. Writes results with the statuses `valid` and `invalid`, and the report, also when it is stopped midway.
 *
 * @throws StopError only when the sheets cannot be read or the log-in is refused
 */
export async function checkIntoRun(
  run: RunDirectory,
  options: CheckOptions,
  follow: Follow,
): Promise<RunReport> {
  const { journal, files, facts } = run;
  const signal = signalOf(follow);
  const log = openRunLog(files.log);
  let part: OpenPart | null = null;
  let connection: Connection | null = null;
  let platform: Platform | null = null;
  let existing: number | null = null;
  let stop: StopSwitch | null = null;
  let failure: unknown = null;
  const interrupt = () => stop?.stop('interrupted');
  signal.addEventListener('abort', interrupt);
  try {
    part = await beginPart(run);
    await loadSheets(
      facts.inputs.map((input) => input.file),
      facts.reading,
      journal,
      null,
      signal,
    );
    await remember(journal, 'loaded', true);
    rmSync(files.standardInput, { force: true });
    const rows = Object.fromEntries(journal.countRows());
    const total = Object.values(rows).reduce((sum, count) => sum + count, 0);
    const mailsAtOnce = remembered(journal, 'mailsAtOnce') ?? null;
    tell(follow, { type: 'loaded', rows, total, mailsAtOnce });
    if (options.openPlatform) {
      refuseInterrupted(signal);
      platform = await options.openPlatform();
      connection = await unlessInterrupted(
        signal,
        connect(platform, options.settings, files.httpLog, log),
        (late) => late.close(),
      );
      const { partitionId, baseUrl } = connection;
      rememberPartition(run, partitionId);
      stop = stopSwitch(connection.limiter);
      if (signal.aborted) interrupt();
      tell(follow, { type: 'started', partitionId, baseUrl });
      existing = await preflight(run, connection, options.settings, stop);
    }
  } catch (error) {
    failure = error;
  }
  signal.removeEventListener('abort', interrupt);
  const { client, limiter } = connection ?? {};
  for (const close of [connection?.close, platform?.close])
    await close?.().catch((error: unknown) => {
      failure ??= error;
    });
  await log.close();
  const notBegun = failure !== null && remembered(journal, 'partitionId') === undefined;
  if (part === null || (notBegun && !isInterruption(failure))) throw failure;
  const cutShort = options.openPlatform !== null && (failure !== null || stop?.stopped != null);
  const end = {
    apiUser: platform?.inProcess === false ? platform.username : null,
    requests: client?.requests ?? 0,
    limiter: limiter?.report ?? null,
    ...{ failure, connecting: false, stopped: stop?.stopped ?? null, existing },
    coverage: [...coverage(options.openPlatform !== null), ...(cutShort ? [CUT_SHORT] : [])],
  };
  return endPart(run, part, end, options.format);
}

/** @returns how many rows would be `existing` */
async function preflight(
  run: RunDirectory,
  connection: Connection,
  settings: Settings,
  stop: StopSwitch,
): Promise<number> {
  const { journal } = run;
  const { client, partitionId, httpLog, baseUrl } = connection;
  const addresses = new Addresses(client, journal);
  const checks = new Preflight({
    client,
    journal,
    accounts: new AccountIndex(client),
    snapshots: new Snapshots(client),
    addresses,
    partitionId,
  });
  let existing = 0;
  await inParallel(journal.rows('valid'), settings.concurrency, stop, async (row) => {
    const found = await checks.checkRow(row);
    for (const finding of found.findings) await addFinding(run, row, finding);
    if (found.existing.length > 0) {
      const plan = planOf(run, row);
      const wanted =
        typeof plan === 'string' ? 0 : plan.resources.filter(({ kind }) => OBJECTS.has(kind)).length;
      const all = found.existing.length >= wanted;
      if (all) existing++;
      const warnings = [
        `${all ? 'would be existing' : 'partly there already'}: ${found.existing.join(', ')}`,
      ];
      await journal.setRowStatus(row.ordinal, row.status, { warnings });
    }
    if (found.findings.some(isErrorFinding)) await journal.setRowStatus(row.ordinal, 'invalid', null);
    if (httpLog) await logPlanned(row);
  });
  if (!stop.stopped)
    for await (const { ordinal, finding } of checks.places.check()) {
      const row = journal.row(ordinal);
      if (!row) continue;
      await addFinding(run, row, finding);
      if (isErrorFinding(finding)) await journal.setRowStatus(ordinal, 'invalid', null);
    }
  return existing;

  async function logPlanned(row: StoredRow<ImportRecord>): Promise<void> {
    const plan = planOf(run, row);
    if (typeof plan === 'string') return;
    for (const resource of plan.resources) {
      const { customer, e911 } = sheetAddresses(resource.values);
      const nothing = { fields: {}, latitude: undefined, longitude: undefined };
      const valid = async (address: typeof customer) =>
        resource.kind === 'number' ? addresses.validate(address, row.ordinal).catch(() => nothing) : nothing;
      const validCustomer = await valid(customer);
      const validE911 = e911 ? await valid(e911) : validCustomer;
      const partition = resource.values.partitionId ?? partitionId;
      const both = { customer: validCustomer, e911: validE911 };
      for (const call of rehearse({ resource, partitionId: partition, addresses: both })) {
        const { operation, method, path, body = null } = call;
        httpLog?.writePlanned(row.row, { operation, method, url: baseUrl + path, body });
      }
    }
  }
}

/** The kinds of resources that are objects of their own; the rest are settings of these. */
const OBJECTS: ReadonlySet<string> = new Set([
  'account',
  'user',
  'number',
  'businessLine',
  'sipTrunk',
  'device',
]);

function isErrorFinding(finding: Finding): boolean {
  return PROBLEM_CODES[finding.code].severity === 'error';
}

function addFinding(run: RunDirectory, row: StoredRow<ImportRecord>, finding: Finding): Promise<void> {
  const { file, sheet, row: number } = row.record;
  const { severity } = PROBLEM_CODES[finding.code];
  const problem: Problem = { file, sheet, row: number, ...finding, severity };
  return run.journal.addProblem(row.ordinal, { ...problem } satisfies JsonObject);
}

const CUT_SHORT = 'It was stopped early: not every row was checked on the platform.';

/** What a check without the platform covers. */
export const OFFLINE_COVERAGE: readonly string[] = [
  'Offline: every cell, every row, and the rows of one account, user, number, device, line and trunk against each other.',
  'On the platform: nothing. `run --dry-run` adds the read-only checks.',
];

function coverage(onPlatform: boolean): readonly string[] {
  if (!onPlatform) return OFFLINE_COVERAGE;
  return [
    ...OFFLINE_COVERAGE.slice(0, 1),
    'On the platform: log-in and partition; which accounts, users, lines, trunks, devices and numbers exist already and whether they are the same; usernames, MAC addresses and SIP usernames in use; addresses; given numbers in the inventory and free; numbers near each place that searches; device types and their lines; time zones.',
    'Not checkable without a write: whether the carrier activates a number, whether the E911 provider accepts an address, permissions of the API user to create, and what others change before the run.',
  ];
}
