import { planOf } from '../execute/plan-of.js';
import { preflight } from '../execute/preflight.js';
import { CredentialsFile } from '../journal/credentials.js';
import type { Settings } from '../options.js';
import type { RunReport } from '../results/run-report.js';
import type { SheetFormat } from '../sheet/write/write.js';
import type { Platform } from './connect.js';
import type { RunDirectory } from './directory.js';
import { type Follow, signalOf } from './events.js';
import { loadRun, tellLoaded } from './load-run.js';
import { openRunLog } from './log.js';
import { PlatformLink } from './platform-link.js';
import { tellProgress } from './progress-teller.js';
import { beginPart, endPart, hasBegun, keepApiUser, type OpenPart } from './report.js';
import { paceOf } from './settings.js';
import { runState } from './state.js';
import { OFFLINE_COVERAGE } from './validate-sheets.js';

export interface CheckOptions {
  readonly settings: Settings;
  /** of the results; null: neither they nor the report are written */
  readonly format: SheetFormat | null;
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
  const { journal, files } = run;
  const { openPlatform, settings, format } = options;
  const log = openRunLog(files.log);
  const link = new PlatformLink(run, log, follow);
  // What wireless ports name their customer with is asked about, and kept no longer than that.
  const secrets = new CredentialsFile(files.credentials, files.givenCredentials);
  let part: OpenPart | null = null;
  let existing: number | null = null;
  let portOrders = 0;
  let failure: unknown = null;
  let endProgress = () => {};
  try {
    part = await beginPart(run);
    await loadRun(run, null, follow, openPlatform === null ? null : secrets);
    const counts = Object.fromEntries(journal.countRows());
    if (openPlatform === null) {
      const plan = await planOf(journal, 'valid', paceOf(settings), signalOf(follow));
      await runState(journal).set('plan', plan);
      tellLoaded(run, follow, { rows: counts, plan, justNow: true });
    } else {
      tellLoaded(run, follow, { rows: counts, plan: null, justNow: true });
      const { client, partitionId, baseUrl, httpLog, limiter, stop } = await link.open(
        openPlatform,
        settings,
      );
      keepApiUser(run, part, link.apiUser);
      const { concurrency, existing: policy } = settings;
      const { valid = 0, ...others } = Object.fromEntries(journal.countRows('selected'));
      let [done, failed] = [0, 0];
      endProgress = tellProgress(follow, { client, limiter }, () => ({
        ...{ of: 'rows', done, total: valid, failed },
        rows: { ...others, valid: valid - failed, invalid: (others['invalid'] ?? 0) + failed },
      }));
      const found = await preflight({
        client,
        journal,
        partitionId,
        baseUrl,
        httpLog,
        stop,
        concurrency,
        existing: policy,
        secrets,
        onRow(isValid) {
          done++;
          if (!isValid) failed++;
        },
      });
      existing = found.existing;
      const plan = found.counter.plan(paceOf(settings, client.latencyMs), true);
      portOrders = plan.objects['portOrder']?.create ?? 0;
      // one that was stopped has not asked about every row
      if (stop.stopped === null) await runState(journal).set('plan', plan);
    }
  } catch (error) {
    failure = error;
  }
  endProgress();
  await secrets.forgetGiven().catch((error: unknown) => {
    failure ??= error;
  });
  await link.close().catch((error: unknown) => {
    failure ??= error;
  });
  await log.close();
  if (part === null || (failure !== null && !hasBegun(run, failure))) throw failure;
  const { apiUser, requests, limiter, stopped } = link;
  const cutShort = openPlatform !== null && (failure !== null || stopped !== null);
  const end = {
    ...{ apiUser, requests, limiter, stopped, failure, connecting: false, existing },
    coverage: [
      ...coverage(openPlatform !== null),
      ...(portOrders > 0 ? [portsText(portOrders)] : []),
      ...(cutShort ? [CUT_SHORT] : []),
    ],
  };
  return endPart(run, part, end, format);
}

const CUT_SHORT = 'It was stopped early: not every row was checked on the platform.';

/** What a check of ports is worth. */
function portsText(orders: number): string {
  const look = orders === 1 ? '1 port order looks portable' : `${orders} port orders look portable`;
  return `Ports: ${look}; whether the losing carrier lets the numbers go is known only once it is ordered. Letters of authorisation (LOA) go to the platform's support by ticket.`;
}

function coverage(onPlatform: boolean): readonly string[] {
  if (!onPlatform) return OFFLINE_COVERAGE;
  return [
    ...OFFLINE_COVERAGE.slice(0, 1),
    'On the platform: log-in and partition; which accounts, users, lines, trunks, devices and numbers exist already and whether they are the same; usernames, MAC addresses and SIP usernames in use; addresses; given numbers in the inventory and free; numbers near each place that searches; device types and their lines; time zones; calling plans by name; of accounts that are there, whether they may have the user plans ADVANCED and PROFESSIONAL.',
    'Not checkable without a write: whether the carrier activates a number, whether the E911 provider accepts an address, permissions of the API user to create, and what others change before the run.',
  ];
}
