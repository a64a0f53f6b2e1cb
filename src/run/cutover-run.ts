import { idsOf, isThere } from '../execute/ids.js';
import { Planner } from '../execute/planner.js';
import { type ActEnd, actsOf, isActDone, type OpenAct } from '../execute/run-acts.js';
import type { JsonObject, StoredRow } from '../journal/journal.js';
import { meaningOf } from '../plan/events.js';
import type { ActName } from '../plan/resource.js';
import { wordOf } from '../records/cells/rings-now.js';
import type { RowValues } from '../records/columns.js';
import type { ImportRecord } from '../records/record.js';
import type { Act } from '../resources/acts/act.js';
import { ACTS } from '../resources/acts/acts.js';
import { RINGABLES } from '../resources/rings.js';
import type { Outcome } from '../resources/task.js';
import { openSheetWriter } from '../sheet/write/write.js';
import { type ActList, type ActReport, type ActRequest, type ActScope, actRun } from './act-run.js';
import type { RunDirectory } from './directory.js';
import type { Follow } from './events.js';

/** The acts of the night, in the order in which a number goes through them: it rings the right thing before it is live. */
const CUTOVER_ACTS = [ACTS.release, ACTS.move, ACTS.goLive];

/** What one number of the cut-over is and rings. */
export interface NumberNow {
  readonly phoneNumber: string;
  /** ACTIVE or STAGED; PORT_PENDING of one that is not known to have come yet */
  readonly operationalStatus: string;
  readonly carrierStatus: string;
  /** what it rings, in words */
  readonly rings: string;
  /** what its row wants it to ring */
  readonly wanted: string;
  /** `done`, `open`, or why it failed; '' where the row does not ask for it */
  readonly release: string;
  readonly move: string;
  readonly goLive: string;
  /** the same of the port order that brings it, where ports are to be triggered */
  readonly trigger: string;
  /** of its port; '' where it is not known or it is not ported */
  readonly portStatus: string;
  /** since when this is known, ISO date and time; '' where it is as the run left it */
  readonly asOf: string;
  readonly account: string;
  readonly file: string;
  readonly sheet: string;
  readonly row: number;
}

const COLUMNS = [
  ...(['phoneNumber', 'operationalStatus', 'carrierStatus', 'rings', 'wanted', 'release', 'move'] as const),
  ...(['goLive', 'trigger', 'portStatus', 'asOf', 'account', 'file', 'sheet', 'row'] as const),
] as const satisfies readonly (keyof NumberNow)[];

export interface CutoverRequest extends ActRequest {
  /** tells ports whose carrier has named a day to come now, too */
  readonly triggerPorts?: boolean;
  /** hears of every number of the cut-over at its end, and is waited for */
  readonly onNumber?: (number: NumberNow) => Promise<void>;
}

/**
 * Does the acts of the cut-over night: releases holds, moves numbers that ring something else until then (`movesFrom`),
 * puts staged numbers into service, and with `triggerPorts` calls ports in. Lists in `cutover.csv` what each
 * number is and rings, also where it was stopped.
 *
 * @throws StopError when nothing could be done at all
 */
export function cutoverRun(request: CutoverRequest, follow: Follow = {}): Promise<ActReport> {
  const { onNumber = async () => {}, dryRun = false, triggerPorts = false } = request;
  const acts = triggerPorts ? [...CUTOVER_ACTS, ACTS.trigger] : CUTOVER_ACTS;
  return actRun(
    {
      ...{ name: 'cutover', acts },
      resultOf: () => ({}),
      openList: (run, path, scope) => openList(run, path, scope, { acts, isDry: dryRun, hear: onNumber }),
    },
    request,
    follow,
  );
}

interface ListOptions {
  readonly acts: readonly Act[];
  readonly isDry: boolean;
  readonly hear: (number: NumberNow) => Promise<void>;
}

async function openList(
  run: RunDirectory,
  path: string,
  scope: ActScope,
  { acts: wanted, isDry, hear }: ListOptions,
): Promise<ActList> {
  const columns = COLUMNS.map((header) => ({ header }));
  const list = await openSheetWriter(path, 'csv', { sheetName: 'cutover', columns });
  const planner = new Planner(run.journal);
  const write = async (number: NumberNow) => {
    await list.write(COLUMNS.map((column) => String(number[column])));
    await hear(number);
  };
  const began = new Date().toISOString();
  /** How acts ended that the journal keeps nothing of: port orders, for all their rows. */
  const untold = new Map<string, ActEnd>();
  return {
    async add(row, ends) {
      for (const end of ends)
        if (end.act === 'trigger' && (isDry || end.what === 'left out')) untold.set(end.key, end);
      // Of a dry run the journal keeps nothing.
      if (isDry) await write(lineOf(run, planner, row, actsOf(row, wanted, planner, run.journal), ends));
    },
    async commit() {
      if (!isDry)
        for (const row of run.journal.rows()) {
          if (!scope.isNamed(row)) continue;
          const acts = actsOf(row, wanted, planner, run.journal);
          if (acts.length > 0) await write(lineOf(run, planner, row, acts, null));
        }
      await list.commit();
    },
    abort: () => list.abort(),
  };

  function lineOf(
    { journal }: RunDirectory,
    plans: Planner,
    row: StoredRow<ImportRecord>,
    acts: readonly OpenAct[],
    heard: readonly ActEnd[] | null,
  ): NumberNow {
    const order = acts.flatMap(({ key }) => untold.get(key) ?? []);
    const ends = heard === null && order.length === 0 ? null : [...new Set([...(heard ?? []), ...order])];
    const plan = plans.plan(row);
    const resources = typeof plan === 'string' ? [] : plan.resources;
    const reference = resources.find(({ kind }) => kind === 'reference');
    const values: RowValues = resources[0]?.values ?? {};
    const set = reference && journal.step(reference.key);
    const ownerId =
      reference && isThere(set)
        ? idsOf(journal, reference, set.outcome as unknown as Outcome).ownerId
        : undefined;
    const wanted = ownerText(values);
    const known = ends === null ? latestOf(acts) : { now: nowOf(ends), asOf: began };
    const { now, asOf } = known ?? { now: {}, asOf: '' };
    const text = (field: string) => (typeof now[field] === 'string' ? (now[field] as string) : '');
    const rings = () => {
      if (!('referenceId' in now)) return values.movesFrom ?? wanted;
      if (now['referenceId'] === null) return 'nothing';
      if (now['referenceId'] === ownerId) return wanted;
      return text('from') || `${wordOf(text('referenceType'))} ${text('referenceId')}`;
    };
    const { file, sheet } = row.record;
    const isPending = values.numberSource === 'PORT' && meaningOf(text('portStatus')) !== 'done';
    return {
      phoneNumber: values.phoneNumber ?? '',
      operationalStatus:
        text('operationalStatus') || (isPending ? 'PORT_PENDING' : (values.operationalStatus ?? 'ACTIVE')),
      carrierStatus: text('carrierStatus'),
      ...{ rings: rings(), wanted },
      ...{ release: stateOf('release', acts, ends), move: stateOf('move', acts, ends) },
      ...{ goLive: stateOf('goLive', acts, ends), trigger: stateOf('trigger', acts, ends) },
      ...{ portStatus: text('portStatus'), asOf },
      ...{ account: values.accountNumber ?? '', file, sheet: sheet ?? '', row: row.row },
    };
  }
}

/** What the latest act says of the number; null where none was looked at yet. */
function latestOf(acts: readonly OpenAct[]): { now: JsonObject; asOf: string } | null {
  const steps = acts.flatMap(({ step }) => (step?.outcome && step.state !== 'deleted' ? [step] : []));
  const [last] = steps.sort((a, b) => b.at - a.at);
  if (!last?.outcome) return null;
  return { now: last.outcome, asOf: new Date(last.at).toISOString() };
}

function nowOf(ends: readonly ActEnd[]): JsonObject {
  return Object.assign({}, ...ends.map(({ now }) => now)) as JsonObject;
}

function stateOf(name: ActName, acts: readonly OpenAct[], ends: readonly ActEnd[] | null): string {
  const open = acts.find(({ act }) => act.name === name);
  if (!open) return '';
  const end = ends?.find(({ act }) => act === name);
  if (end) return end.reason === '' ? end.what : `${end.what}: ${end.reason}`;
  const { step } = open;
  if (isActDone(step)) return 'done';
  if (step?.state === 'failed') return `failed: ${String(step.outcome?.['message'] ?? '')}`;
  if (step?.state === 'intent') return 'in doubt';
  return step?.state === 'deleted' ? 'taken back' : 'open';
}

/** What a row's number is to ring, in the words of `movesFrom`. */
function ownerText(values: RowValues): string {
  const { extension, firstName, lastName, lineName, trunkName, huntGroupName } = values;
  const { ringsType, ringsName, ringsId } = values;
  if (ringsType !== undefined) return `${wordOf(RINGABLES[ringsType].referenceType)} ${ringsName ?? ringsId}`;
  if (huntGroupName !== undefined) return `group ${huntGroupName}`;
  if (lineName !== undefined) return `line ${lineName}`;
  if (trunkName !== undefined) return `trunk ${trunkName}`;
  return `user ${extension ?? [firstName, lastName].filter(Boolean).join(' ')}`;
}
