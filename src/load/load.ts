import { interruption } from '../errors.js';
import type { CredentialsFile } from '../journal/credentials.js';
import type { Journal, JsonObject } from '../journal/journal.js';
import type { RecordChange } from '../records/across/accounts.js';
import type { LateProblem } from '../records/across/late-problem.js';
import { nearest } from '../records/cells/nearest.js';
import { maskOf, SECRET_COLUMNS } from '../records/columns.js';
import { EditedSheets, type Edits } from '../records/edits.js';
import { isPort, portGroup, portOrderOf, UNTOLD_ORDER } from '../records/port-order.js';
import { isError, noticeAsProblem, type Problem } from '../records/problem.js';
import { type InputReading, turnOf } from '../records/reading.js';
import type { ImportRecord } from '../records/record.js';
import { type Checked, Validator, type ValidatorOptions } from '../records/validate.js';
import { openTables } from '../sheet/read.js';
import type { Notice, Table } from '../sheet/table.js';
import { earlierRunOf } from './earlier-run.js';
import { isLarge, tablesFromThread } from './read-in-thread.js';
import { readOptions } from './read-options.js';

/** What `readSheets` hands out, in input order. */
export interface SheetEvents {
  /** stops the reading between two batches of rows */
  readonly signal?: AbortSignal | undefined;
  onNotice(notice: Notice): void;
  onTable(table: Table, problems: readonly Problem[], validator: Validator): Promise<void> | void;
  onRows(checked: readonly Checked[], table: Table): Promise<void> | void;
  /** problems of a table that show when all its rows are known */
  onTableEnd(problems: readonly Problem[]): Promise<void> | void;
  /** the warning of a row that the profile or the edits leave out: nothing else is heard of it */
  onLeftOut(problem: Problem): Promise<void> | void;
}

/**
 * Sheets to checked rows: the first stage of every command that takes sheets. Streams; memory does not grow with the
 * rows but for small keys.
 *
 * @param edits corrections of cells, applied between reading and checking
 * @returns the validator, which knows now what shows only when all rows are known
 * @throws StopError when a file cannot be read, `INTERRUPTED` when it was stopped, `EDIT_STALE` when edits are not of
 *   these sheets
 */
export async function readSheets(
  files: readonly string[],
  options: ValidatorOptions,
  events: SheetEvents,
  edits: Edits | null = null,
): Promise<Validator> {
  const validator = new Validator(options);
  const edited = edits && new EditedSheets(edits, files.length);
  const sheetNames: string[] = [];
  for (const file of inTurn(files, options, events)) {
    const earlier = await earlierRunOf(file);
    try {
      for await (const table of await tablesOf(file, options, events)) {
        sheetNames.push(table.sheet ?? table.file);
        const problems = validator.openTable(table, earlier);
        if (edited) problems.push(...edited.openTable(table, validator.headers));
        await events.onTable(table, problems, validator);
        let count = 0;
        for await (const batch of table.rows) {
          if (events.signal?.aborted) throw interruption();
          count += batch.length;
          const { rows, leftOut: omitted } = edited?.apply(batch) ?? { rows: batch, leftOut: [] as const };
          for (const problem of omitted) await events.onLeftOut(problem);
          const leftOut = validator.leftOut(rows);
          for (const problem of leftOut ?? []) if (problem !== null) await events.onLeftOut(problem);
          const read = leftOut === null ? rows : rows.filter((_, index) => leftOut[index] === null);
          await events.onRows(validator.check(read), table);
        }
        await events.onTableEnd([...validator.closeTable(), ...(edited?.closeTable() ?? [])]);
        if (count === 0) events.onNotice(noRows(table));
      }
    } finally {
      await earlier?.close();
    }
  }
  edited?.finish();
  for (const name of validator.sheetsUnseen) events.onNotice(notThere(name, files[0] ?? '', sheetNames));
  return validator;
}

/** The files that are to be read, in the order of reading; of the others it is said that they are left out. */
function inTurn(files: readonly string[], reading: InputReading, { onNotice }: SheetEvents): string[] {
  const turns = files.map((file) => ({ file, turn: turnOf(reading, { file, sheet: null }) }));
  for (const { file } of turns.filter(({ turn }) => turn === null)) {
    const hint = 'If it is to be read, take it out of "sheets" in the profile.';
    const message = `${file} is not read, as the profile says.`;
    onNotice({ file, sheet: null, code: 'SHEET_LEFT_OUT', message, hint });
  }
  const read = turns.flatMap(({ file, turn }) => (turn === null ? [] : [{ file, turn }]));
  return read.sort((a, b) => (a.turn === b.turn ? 0 : a.turn - b.turn)).map(({ file }) => file);
}

function notThere(name: string, file: string, sheetNames: readonly string[]): Notice {
  const message = `The profile speaks of a sheet "${name}"; no worksheet or file with a header is called so.`;
  const near = nearest(name, sheetNames);
  const hint =
    near === null
      ? 'Write the name as the tab of the worksheet shows it, or take it out of "sheets" in the profile.'
      : `Did you mean "${near}"?`;
  return { file, sheet: null, code: 'SHEET_NOT_THERE', message, hint };
}

/** A large file is read by a second thread, so that reading and checking overlap. */
async function tablesOf(
  file: string,
  reading: InputReading,
  { onNotice }: SheetEvents,
): Promise<AsyncGenerator<Table>> {
  if (await isLarge(file)) return tablesFromThread(file, reading, onNotice);
  return openTables([file], readOptions(file, reading, onNotice));
}

function noRows({ file, sheet }: Table): Notice {
  const message = `${sheet === null ? 'The sheet' : `The worksheet "${sheet}"`} has a header and no rows below it.`;
  return { file, sheet, code: 'NO_ROWS', message, hint: 'If that is not meant, check the export.' };
}

/**
 * Reads the sheets of a run into its journal: every row with what is wrong with it. Secrets of the sheet go where
 * those of its SIP trunks wait for their creation, and nowhere else.
 *
 * @param credentials null when nothing will be sent: given credentials are then kept nowhere, and a row that is valid
 *   has its last status with that
 * @param signal stops it between two batches of rows: `INTERRUPTED`
 * @param edits as for {@link readSheets}
 * @param secrets takes the secrets of port orders, which a dry run asks with, too; null where nothing is asked
 * @param onRead hears how many rows are in the journal now that were not before
 * @returns the partitions that accounts name; null stands for that of the log-in, of accounts that name none
 */
export async function loadSheets(
  files: readonly string[],
  options: ValidatorOptions,
  journal: Journal<ImportRecord>,
  credentials: CredentialsFile | null,
  signal?: AbortSignal,
  edits: Edits | null = null,
  secrets: CredentialsFile | null = credentials,
  onRead: (rows: number) => void = () => {},
): Promise<(string | null)[]> {
  const valid = credentials ? 'pending' : 'valid';
  const partitions = new Set<string | null>();
  const addProblems = async (problems: readonly Problem[]) => {
    await Promise.all(problems.map((problem) => journal.addProblem(0, { ...problem })));
  };
  let source = 0;
  /** what stands in place of the cells of each column of secrets */
  let masks = new Map<number, string>();
  const events: SheetEvents = {
    signal,
    onNotice: (notice) => void journal.addProblem(0, { ...noticeAsProblem(notice) }),
    onLeftOut: (problem) => void journal.addProblem(0, { ...problem }),
    async onTable({ file, sheet, header }, problems, { headers }) {
      source++;
      masks = new Map(
        headers.flatMap(({ column, index }) =>
          column !== null && SECRET_COLUMNS.has(column) ? [[index, maskOf(column)] as const] : [],
        ),
      );
      const understood = headers.map((match) => ({ ...match }));
      await journal.addSource({ id: source, file, sheet, header, understood });
      await addProblems(problems);
    },
    onTableEnd: addProblems,
    async onRows(checked) {
      const writes: Promise<void>[] = [];
      for (const { record, row, problems } of checked) {
        if (record.valid && credentials) writes.push(keepGivenCredentials(record, credentials));
        if (record.valid && secrets) writes.push(keepPortSecrets(record, secrets));
        // Further rows of an account are in the partition of its first.
        const { partitionId } = record.values;
        if (record.accountFirst === record.ordinal || partitionId !== undefined)
          partitions.add(partitionId ?? null);
        const stored = {
          ordinal: record.ordinal,
          source,
          row: row.number,
          cells: row.cells.map((cell, index) => (cell === '' ? cell : (masks.get(index) ?? cell))),
          record: withoutSecrets(record),
          status: record.valid ? valid : 'invalid',
        };
        writes.push(
          journal.addRow(stored, record.values.phoneNumber ?? null, portOrderGroup(record, problems)),
        );
        for (const problem of problems) writes.push(journal.addProblem(record.ordinal, { ...problem }));
      }
      await Promise.all(writes);
      onRead(checked.length);
    },
  };
  const validator = await readSheets(files, options, events, edits);
  for (const changes of validator.changes()) await changeRecords(journal, changes);
  await changeRecords(journal, addLate(journal, validator.finish()));
  await journal.setMeta('furtherNumbers', validator.hasFurtherNumbers);
  return [...partitions];
}

/** What the rows of a row's port order have in common; null where it ports nothing. */
function portOrderGroup({ values, valid }: ImportRecord, problems: readonly Problem[]): string | null {
  const { accountNumber, portOrder, billingTelephoneNumber } = values;
  if (accountNumber === undefined) return null;
  if (valid) return isPort(values) ? portGroup(accountNumber, portOrderOf(values)) : null;
  // One that is not valid may lack the cell that says it ports its number, or of which order it is.
  if (!isPort(values) && portOrder === undefined && billingTelephoneNumber === undefined) return null;
  const isUntold =
    portOrder === undefined &&
    problems.some(
      (each) => isError(each) && (each.column === 'portOrder' || each.column === 'billingTelephoneNumber'),
    );
  return portGroup(accountNumber, isUntold ? UNTOLD_ORDER : portOrderOf(values));
}

/** Adds the problems that only show at the end; its rows' account or user is no longer to be taken over by others. */
function* addLate(journal: Journal<ImportRecord>, problems: Iterable<LateProblem>): Iterable<RecordChange> {
  for (const { ordinal, ...problem } of problems) {
    void journal.addProblem(ordinal, problem as JsonObject);
    if (!isError(problem)) continue;
    void journal.setRowStatus(ordinal, 'invalid', null);
    if (problem.code === 'EXTENSION_LENGTH') yield { ordinal, change: { userUsable: false } };
    if (problem.column === 'extensionLength') yield { ordinal, change: { accountUsable: false } };
  }
}

/** How many changed records wait for the disk together. */
const CHANGES_AT_ONCE = 1000;

/** @param changes of one row at most one */
async function changeRecords(journal: Journal<ImportRecord>, changes: Iterable<RecordChange>): Promise<void> {
  const recordAt = (ordinal: number) => journal.row(ordinal)?.record;
  let writes: Promise<void>[] = [];
  for (const { ordinal, change } of changes) {
    const record = journal.row(ordinal)?.record;
    const changed = record && (typeof change === 'function' ? change(record, recordAt) : change);
    if (record) writes.push(journal.setRecord(ordinal, { ...record, ...changed }));
    if (writes.length < CHANGES_AT_ONCE) continue;
    await Promise.all(writes);
    writes = [];
  }
  await Promise.all(writes);
}

function withoutSecrets(record: ImportRecord): ImportRecord {
  const { values } = record;
  let kept = values;
  for (const column of SECRET_COLUMNS)
    if (values[column] !== undefined) {
      if (kept === values) kept = { ...values };
      delete kept[column];
    }
  return kept === values ? record : { ...record, values: kept };
}

/** SIP credentials that the sheet gives are kept until their trunk is created, so that a resume needs no sheet. */
async function keepGivenCredentials(record: ImportRecord, credentials: CredentialsFile): Promise<void> {
  const { accountNumber = '', trunkName, sipUsername, sipPassword } = record.values;
  if (record.product !== 'SIP_TRUNK' || trunkName === undefined) return;
  if (sipUsername === undefined && sipPassword === undefined) return;
  await credentials.give(accountNumber, trunkName, {
    ...(sipUsername === undefined ? {} : { sipUsername }),
    ...(sipPassword === undefined ? {} : { sipPassword }),
  });
}

/** The secrets of a port order are kept until it is ordered, so that a resume needs no sheet. */
async function keepPortSecrets({ values }: ImportRecord, secrets: CredentialsFile): Promise<void> {
  const { wirelessAccountNumber, wirelessPin, accountNumber = '' } = values;
  if (!isPort(values) || (wirelessAccountNumber === undefined && wirelessPin === undefined)) return;
  await secrets.givePort(portGroup(accountNumber, portOrderOf(values)), {
    ...(wirelessAccountNumber === undefined ? {} : { wirelessAccountNumber }),
    ...(wirelessPin === undefined ? {} : { wirelessPin }),
  });
}
