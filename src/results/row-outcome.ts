import type { Journal, JsonObject, StoredRow } from '../journal/journal.js';
import { dayOf, type EventType, type KeptEvent } from '../plan/events.js';
import { isDone, isWaiting, type RowResult } from '../plan/statuses.js';
import { COLUMN_NAMES, type ColumnName, type RESULT_COLUMNS } from '../records/columns.js';
import { isError, type Problem } from '../records/problem.js';
import type { ImportRecord } from '../records/record.js';
import { columnText } from './wording.js';

/** What the result columns of a row show. */
export type ResultCells = Record<(typeof RESULT_COLUMNS)[number], string>;

/** Whether somebody has to see to the row: it is selected, and neither done nor waiting for the platform. */
export function isOpen({
  status,
  selection,
}: Pick<StoredRow<ImportRecord>, 'status' | 'selection'>): boolean {
  return selection === 'selected' && !isDone(status) && !isWaiting(status);
}

/** What a row that was not selected is told by its hint, by status. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  pending: 'Not selected (--only, --limit), so not sent.',
  valid: 'Not selected (--only, --limit), so not checked on the platform.',
};

/** The result that a journal keeps with a row. */
export function resultOf(row: StoredRow<ImportRecord>): RowResult {
  return (row.result ?? {}) as RowResult;
}

/** The events of a row that its journal keeps. */
export function eventsOf(journal: Journal<ImportRecord>, ordinal: number): KeptEvent[] {
  return journal.eventsOf(ordinal) as unknown as KeptEvent[];
}

/** A problem as a journal keeps it. */
export function problemOf(stored: JsonObject): Problem {
  return stored as unknown as Problem;
}

function placed(problem: Problem, text: string): string {
  return problem.column === null ? text : `${columnText(problem.column, problem.header)}: ${text}`;
}

/**
 * The texts of the result columns of a row.
 *
 * @param problems what validation found wrong with the row
 * @param events where the platform is with what it does after its answer
 */
export function resultCells(
  row: StoredRow<ImportRecord>,
  problems: readonly Problem[],
  events: readonly KeptEvent[],
): ResultCells {
  const result = resultOf(row);
  const errors = row.status === 'invalid' ? problems.filter(isError) : [];
  const warnings = problems.filter((problem) => !isError(problem));
  return {
    status: row.status,
    accountId: result.accountId ?? '',
    userId: result.userId ?? '',
    assignedPhoneNumber: result.assignedPhoneNumber ?? '',
    businessLineId: result.businessLineId ?? '',
    sipTrunkId: result.sipTrunkId ?? '',
    deviceId: result.deviceId ?? '',
    huntGroupId: result.huntGroupId ?? '',
    assignedVoicemailBoxId: result.assignedVoicemailBoxId ?? '',
    portId: result.portId ?? '',
    ...eventCells(events),
    welcomeEmailSent: result.welcomeEmailSent ?? '',
    failedStep: result.failedStep ?? (row.status === 'invalid' ? 'validation' : ''),
    error: joined([...errors.map((each) => placed(each, each.message)), result.error ?? '']),
    hint: joined([
      ...errors.map((each) => placed(each, each.hint)),
      result.hint ?? '',
      row.selection === 'leftOut' ? (LEFT_OUT[row.status] ?? '') : '',
    ]),
    warnings: joined([...warnings.map((each) => placed(each, each.message)), ...(result.warnings ?? [])]),
    finishedAt: result.finishedAt ?? '',
  };
}

function eventCells(events: readonly KeptEvent[]) {
  const statusOf = (type: EventType) => events.find((each) => each.type === type)?.status ?? '';
  return {
    numberStatus: statusOf('ACTIVATION'),
    portStatus: statusOf('PORT_REQUEST'),
    focDate: dayOf(events.find(({ focDate }) => focDate !== undefined)?.focDate ?? ''),
    e911Status: statusOf('NINE_ONE_ONE_ADDRESS'),
  };
}

function joined(texts: readonly string[]): string {
  return texts.filter((text) => text !== '').join('; ');
}

/** Names of the API in the platform's messages that the sheet has another name for. */
const API_NAMES: Readonly<Record<string, ColumnName>> = {
  telephonenumber: 'phoneNumber',
  deviceid: 'deviceTypeId',
  portnumber: 'lineNumber',
  requestedusername: 'username',
  productplan: 'userProductPlan',
};

const NAMES = new Map<string, ColumnName>([
  ...Object.entries(API_NAMES),
  ...COLUMN_NAMES.map((column) => [column.toLowerCase(), column] as const),
]);

/**
 * The column that a message of the platform is about: the first name of a column in it that is not an ordinary word,
 * or else the column whose value it repeats.
 *
 * @param textOf the row's text in a column; '' when it has none
 */
export function columnNamedIn(message: string, textOf: (column: ColumnName) => string): ColumnName | null {
  for (const [word] of message.matchAll(/\b[A-Za-z]\w*\b(?=:|\s|[,.']|$)/g)) {
    const column = NAMES.get(word.toLowerCase());
    // "user", "address" and the like are words of any sentence: only `address:` names the field
    const isName = /[a-z][A-Z]/.test(word) || message.includes(`${word}:`);
    if (column !== undefined && isName) return column;
  }
  const digits = message.replace(/(?<=\d)[-. ](?=\d)/g, '');
  for (const column of COLUMN_NAMES) {
    const value = textOf(column).replace(/[^\p{L}\p{N}@._]/gu, '');
    if (value.length >= 4 && /\d|@/.test(value) && digits.toLowerCase().includes(value.toLowerCase()))
      return column;
  }
  return null;
}
