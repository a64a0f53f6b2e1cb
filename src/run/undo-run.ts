import { join } from 'node:path';
import { type ErrorFacts, type Exit, errorFacts, isInterruption } from '../errors.js';
import { Planner } from '../execute/planner.js';
import { TO_PUT_BACK } from '../execute/put-back.js';
import { namesOf, takeBackRow, takeBackRun, UNDONE, type Undone } from '../execute/take-back.js';
import { isTakenBack } from '../execute/take-back-acts.js';
import { partOfRows, type UndoPart } from '../execute/undo-part.js';
import type { StepState, StoredRow } from '../journal/journal.js';
import { keyOf } from '../plan/keys.js';
import { KIND_NAMES, type KindName } from '../plan/resource.js';
import type { ImportRecord } from '../records/record.js';
import { ACTS, actOf } from '../resources/acts/acts.js';
import { KINDS } from '../resources/kinds.js';
import { counted, nounOf } from '../results/wording.js';
import type { SheetWriter } from '../sheet/write/layout.js';
import { openSheetWriter } from '../sheet/write/write.js';
import { type RunDirectory, tellOpened } from './directory.js';
import { type Follow, tell } from './events.js';
import { openRunLog } from './log.js';
import { type EarlierRequest, type EarlierRun, openEarlierRun } from './open.js';
import { PlatformLink } from './platform-link.js';
import { tellProgress } from './progress-teller.js';
import {
  exitOfError,
  forgetCounts,
  NO_OBJECTS,
  openChanges,
  openObjects,
  sumOf,
  writeAgain,
  writerOf,
} from './report.js';
import { selectRows } from './select-rows.js';
import { runState } from './state.js';

export interface UndoRequest extends EarlierRequest {
  /** tells what would be deleted, and deletes nothing */
  readonly dryRun?: boolean;
  /** takes back only what the cut-over did, where that can be; what the run created stays */
  readonly cutoverOnly?: boolean;
  /** deletes the numbers of completed ports as well, which takes them out of service */
  readonly ported?: boolean;
  /**
   * Hears, before anything is deleted, what is to be looked at and where; what it throws stops the undo.
   */
  readonly confirm?: (about: UndoQuestion) => Promise<void>;
}

/** What somebody has to know who says yes to an undo. */
export interface UndoQuestion {
  /** what the run, or the rows of `--only`, created and what is not deleted yet, by kind */
  readonly objects: ReadonlyMap<string, number>;
  /** the same as a person says it, such as `3 accounts, 12 users`; '' for nothing */
  readonly text: string;
  /** what the run, or those rows, changed of what was there and is not put back yet, said the same way; '' for nothing */
  readonly changed: string;
  /** rows that `--only` names; null without it */
  readonly rows: number | null;
  readonly environment: string;
  /** null for the sandbox inside the process */
  readonly baseUrl: string | null;
  /** the partitions of the run */
  readonly partitions: readonly string[];
}

export interface UndoReport {
  readonly runDir: string;
  readonly environment: string;
  /** rows that `--only` names; null without it */
  readonly selected: number | null;
  readonly undone: Readonly<Record<Undone['what'], number>>;
  /** the same by kind, such as `{ "user": { "deleted": 12 } }` */
  readonly objects: Readonly<Record<string, Readonly<Partial<Record<Undone['what'], number>>>>>;
  /**
   * `undo.csv`, which lists every object and what became of it, or `undo-dry-run.csv`, which lists what would; null when
   * it cannot be written
   */
  readonly list: string | null;
  /** what stopped it */
  readonly error: ErrorFacts | null;
  readonly exit: Exit;
}

/**
 * Deletes what a run created, or what the rows of `--only` brought about and no other row still needs, and puts former
 * values back of what it changed; lists what became of each object in `undo.csv`, and writes results and report again: rows whose objects are gone are `pending`.
 *
 * @returns what became of it, also when it was stopped midway (`error`)
 * @throws StopError when nothing could be deleted at all
 */
export async function undoRun(request: UndoRequest, follow: Follow = {}): Promise<UndoReport> {
  const earlier = await openEarlierRun(request);
  const { run, settings } = earlier;
  try {
    const { facts, journal } = run;
    const { environment, baseUrl } = facts.target;
    tellOpened(run, follow);
    const { dryRun = false, cutoverOnly = false, ported = false, confirm } = request;
    const chosen = settings.only.length === 0 ? null : await choose(run, settings.only, follow);
    const isMeant = (kind: string) => !cutoverOnly || actOf({ kind }) !== undefined;
    for (const message of notTakenBack(journal, chosen?.part ?? null))
      tell(follow, { type: 'notice', message });
    const all = chosen ? countKinds(journal, chosen.part.keys, false) : openObjects(run);
    const objects = new Map([...all].filter(([kind]) => isMeant(kind)));
    const changed = chosen ? countKinds(journal, chosen.part.keys, true) : openChanges(run);
    const changes = cutoverOnly ? new Map<string, number>() : changed;
    await confirm?.({
      ...{ objects, text: objectsText(objects), changed: objectsText(changes), rows: chosen?.rows ?? null },
      ...{ environment, baseUrl, partitions: partitionsOf(run) },
    });
    const total = sumOf(objects.values()) + sumOf(changes.values());
    return await undoOpened(earlier, chosen, { dryRun, cutoverOnly, ported, total }, follow);
  } finally {
    await run.close();
  }
}

/** What was done since and no undo takes back, each kind of it as a sentence. */
function notTakenBack(journal: RunDirectory['journal'], part: UndoPart | null): string[] {
  return Object.values(ACTS).flatMap(({ name, title, takeBack }) => {
    if (typeof takeBack === 'function') return [];
    const isDone = (state: StepState | undefined) => state === 'created';
    const count =
      part === null
        ? journal
            .countSteps()
            .reduce((sum, step) => sum + (step.kind === name && isDone(step.state) ? step.count : 0), 0)
        : [...part.keys].filter((key) => isDone(journal.step(keyOf.of(name, key))?.state)).length;
    return count === 0 ? [] : [`Done since: ${counted(count, nounOf(title))}; ${takeBack.cannot}.`];
  });
}

/** What `--only` names. */
interface Chosen {
  readonly rows: number;
  readonly part: UndoPart;
}

async function choose({ journal }: RunDirectory, only: readonly string[], follow: Follow): Promise<Chosen> {
  const named = new Set<number>();
  const notices = await selectRows(journal, only, true, (row, isNamed) => {
    if (isNamed) named.add(row.ordinal);
  });
  for (const message of notices) tell(follow, { type: 'notice', message });
  return { rows: named.size, part: partOfRows(journal, named) };
}

/** @param isChanged of what was there before and was changed, or of what was created */
function countKinds(
  journal: RunDirectory['journal'],
  keys: ReadonlySet<string>,
  isChanged: boolean,
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) {
    const step = journal.step(key);
    if (!step || TO_PUT_BACK.has(step.state) !== isChanged) continue;
    const { kind } = step;
    if (isChanged || !NO_OBJECTS.has(kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

/** Objects by kind as a person says it: `3 accounts, 12 users`. */
export function objectsText(objects: Iterable<readonly [kind: string, count: number]>): string {
  return [...objects].map(([kind, count]) => counted(count, kindText(kind))).join(', ');
}

function kindText(kind: string): string {
  const act = actOf({ kind });
  if (act !== undefined) return nounOf(act.title);
  return nounOf(KIND_NAMES.some((name) => name === kind) ? KINDS[kind as KindName].title : 'Reserved number');
}

/** The partitions that the rows of a run are in. */
function partitionsOf({ journal }: RunDirectory): string[] {
  const own = runState(journal).get('partitionId') ?? null;
  const named = (runState(journal).get('partitions') ?? [null]).map((each) => each ?? own);
  return [...new Set(named.filter((each) => each !== null))];
}

/** What is to be done, and of how many objects. */
interface UndoWork extends Readonly<Record<'dryRun' | 'cutoverOnly' | 'ported', boolean>> {
  readonly total: number;
}

async function undoOpened(
  { run, settings, format, openPlatform }: EarlierRun,
  chosen: Chosen | null,
  { dryRun, cutoverOnly, ported, total }: UndoWork,
  follow: Follow,
): Promise<UndoReport> {
  const { journal, files } = run;
  const undone = Object.fromEntries(UNDONE.map((what) => [what, 0])) as Record<Undone['what'], number>;
  const objects: Record<string, Partial<Record<Undone['what'], number>>> = {};
  const told = {
    ...{ runDir: run.directory, environment: run.facts.target.environment },
    ...{ selected: chosen?.rows ?? null, undone, objects },
  };
  const part = chosen?.part ?? null;
  const undoneAt = new Date().toISOString();
  const log = openRunLog(files.log);
  const link = new PlatformLink(run, log, follow);
  const needed: Undone[] = [];
  let preview: SheetWriter | null = null;
  let writing = Promise.resolve();
  let failure: unknown = null;
  let looked = 0;
  let endProgress = () => {};
  try {
    const { client, limiter, settleMs, stop } = await link.open(openPlatform, settings);
    endProgress = tellProgress(follow, { client, limiter }, () => {
      const { kept, failed, unfinished } = undone;
      const told = Object.entries(undone).filter(([, count]) => count > 0);
      return {
        ...{ of: 'objects', done: Math.min(looked, total), total, failed: kept + failed + unfinished },
        rows: Object.fromEntries(told),
      };
    });
    const dryList = dryRun ? await openList(run, DRY_LIST) : null;
    preview = dryList;
    if (!dryRun && !cutoverOnly) {
      void runState(journal).set('undoneBy', writerOf(link.apiUser));
      // Before the first row is another: whatever stops this, they are counted again.
      forgetCounts(run);
      await runState(journal).set(part === null ? 'undone' : 'partUndone', undoneAt);
      // No resume brings about again what is being taken back, whatever stops it.
      await Promise.all(Array.from(part?.rows ?? [], (each) => journal.setSelection(each, 'takenBack')));
    }
    await takeBackRun(client, journal, {
      concurrency: settings.concurrency,
      ...{ settleMs, dryRun, ported, part, actsOnly: cutoverOnly, undoneAt, stop },
      onUndone(one) {
        undone[one.what]++;
        // what goes with an object is none by itself, and what stays for other rows was not to be taken back
        const isObject = !NO_OBJECTS.has(one.kind) || one.what.endsWith('put back');
        if (isObject && part?.keys.has(one.key) !== false) looked++;
        const ofKind = objects[one.kind] ?? {};
        objects[one.kind] = { ...ofKind, [one.what]: (ofKind[one.what] ?? 0) + 1 };
        if (dryList) writing = writing.then(() => dryList.write(cellsOf(listed(run, one))));
        else if (part?.keys.has(one.key) === false) needed.push(one);
        const row = journal.placeOfRow(one.owner)?.row ?? null;
        const { what, title, name, key, reason } = one;
        tell(follow, { type: 'undone', what, title, name, key, row, reason });
        log.info('undone', { ...one, row });
      },
    });
    await writing;
  } catch (error) {
    failure = error;
  } finally {
    endProgress();
    await link.close();
    await log.close();
  }
  const interrupted = isInterruption(failure) || link.stopped === 'interrupted';
  if (isInterruption(failure)) failure = null;
  let list: string | null = null;
  try {
    if (preview && (failure !== null || interrupted)) await preview.abort();
    else if (preview) {
      await preview.commit();
      list = join(run.directory, DRY_LIST);
    } else if (link.isOpen && !dryRun) {
      if (!cutoverOnly) await takeBackRows(run, undoneAt, part !== null);
      list = await writeList(run, part, needed, cutoverOnly);
      await writeAgain(run, format, () => false);
    }
  } catch (error) {
    failure ??= error;
  }
  const { deleted, gone, kept, failed, unfinished } = undone;
  if (failure !== null && deleted + gone + undone['put back'] === 0) throw failure;
  const done: Exit = unfinished > 0 ? 'underWay' : 'done';
  const ended: Exit = interrupted ? 'interrupted' : kept + failed > 0 ? 'someFailed' : done;
  return {
    ...told,
    list,
    error: failure === null ? null : errorFacts(failure),
    exit: failure === null ? ended : exitOfError(failure, true),
  };
}

const LIST_COLUMNS = ['kind', 'name', 'key', 'id', 'file', 'sheet', 'row', 'state', 'reason'] as const;
type Listed = Readonly<Record<(typeof LIST_COLUMNS)[number], string>>;

const DRY_LIST = 'undo-dry-run.csv';

function openList({ directory }: RunDirectory, name: string): Promise<SheetWriter> {
  const columns = LIST_COLUMNS.map((header) => ({ header }));
  return openSheetWriter(join(directory, name), 'csv', { sheetName: 'undo', columns });
}

function cellsOf(one: Listed): string[] {
  return LIST_COLUMNS.map((column) => one[column]);
}

/** @param needed what stays for the sake of other rows */
async function writeList(
  run: RunDirectory,
  part: UndoPart | null,
  needed: readonly Undone[],
  isActsOnly: boolean,
): Promise<string> {
  const list = await openList(run, 'undo.csv');
  try {
    for (const one of stepsOf(run, part, isActsOnly)) await list.write(cellsOf(one));
    for (const one of needed) await list.write(cellsOf(listed(run, one)));
    await list.commit();
  } catch (error) {
    await list.abort();
    throw error;
  }
  return join(run.directory, 'undo.csv');
}

/** What undo was told of, as the lists have it. */
function listed({ journal }: RunDirectory, { kind, name, key, id, owner, what, reason }: Undone): Listed {
  return { kind, name, key, id, ...placeOf(journal.row(owner)), state: what, reason };
}

/**
 * Every object that the run had created or changed, whatever of undo has been done so far, and what became of it. Where only some
 * rows are taken back, what other rows alone brought about is left out.
 */
function* stepsOf({ journal }: RunDirectory, part: UndoPart | null, isActsOnly: boolean): Generator<Listed> {
  const planner = new Planner(journal);
  for (const { kind, state } of journal.countSteps()) {
    if (state === 'existing' || state === 'failed') continue;
    // What cannot be taken back is told by the list of its own command.
    const act = actOf({ kind });
    if (act !== undefined && !isTakenBack(act)) continue;
    if (isActsOnly && act === undefined) continue;
    // A reservation that was used has become its number; anything else that was released was never there.
    if ((kind === 'reservation') !== (state === 'released')) continue;
    const isTouched = TOUCHED.has(state);
    for (const step of journal.steps(kind)) {
      if (step.state !== state) continue;
      if (part !== null && !isTouched && !part.keys.has(step.key)) continue;
      const { id: kept, phone, reason, name: known } = step.outcome ?? step.intent;
      const id = String(kept ?? phone ?? '');
      const row = journal.row(step.owner);
      const name = known === undefined ? nameOf(planner, row, step.key, id) : String(known);
      yield { kind, name, key: step.key, id, ...placeOf(row), state, reason: String(reason ?? '') };
    }
  }
}

/** States that undo leaves. */
const TOUCHED: ReadonlySet<StepState> = new Set([
  ...(['deleting', 'deleted', 'kept', 'released', 'putting back', 'put back', 'not put back'] as const),
]);

/** What people call an object that undo has not looked at yet. */
function nameOf(planner: Planner, row: StoredRow<ImportRecord> | undefined, key: string, id: string): string {
  const plan = row && planner.plan(row);
  const resources = typeof plan === 'object' ? plan.resources : [];
  return namesOf(resources.find((each) => each.key === key) ?? null, id).name;
}

function placeOf(row: StoredRow<ImportRecord> | undefined): Pick<Listed, 'file' | 'sheet' | 'row'> {
  const { file = '', sheet = null } = row?.record ?? {};
  return { file, sheet: sheet ?? '', row: String(row?.row ?? '') };
}

/**
 * Makes the rows pending again that lost an object to an undo of another row or process.
 * @param isPart only the rows that are taken back lose something
 */
async function takeBackRows({ journal }: RunDirectory, undoneAt: string, isPart: boolean): Promise<void> {
  const planner = new Planner(journal);
  for (const row of journal.rows()) {
    if (row.status === 'invalid' || row.status === 'pending') continue;
    if (isPart && row.selection !== 'takenBack') continue;
    const plan = planner.plan(row);
    if (typeof plan !== 'string') await takeBackRow(journal, row, plan, undoneAt);
  }
}
