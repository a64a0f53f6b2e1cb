import type { StoredRow } from '../journal/journal.js';
import { type ColumnName, columnOf } from '../records/columns.js';
import {
  PROBLEM_CODES,
  type Problem,
  type ProblemCode,
  type Severity,
  STRUCTURE_CODES,
} from '../records/problem.js';
import type { ImportRecord } from '../records/record.js';
import { resultOf } from './row-outcome.js';

/** Where a kind of problem comes from, worst first; the filter of the report. */
export const GROUP_KINDS = ['failed', 'invalid', 'skipped', 'warning'] as const;
export type GroupKind = (typeof GROUP_KINDS)[number];

/** One place that a problem hit. */
export interface Hit {
  readonly file: string;
  readonly sheet: string | null;
  readonly row: number;
  readonly column: string | null;
  /** as of a problem */
  readonly header?: string | undefined;
  readonly value: string;
  readonly message: string;
  readonly hint: string;
}

/** All problems of one cause. */
export interface ProblemGroup {
  readonly kind: GroupKind;
  readonly severity: Severity;
  /** null for what the platform said */
  readonly code: ProblemCode | null;
  /** the cause, in words */
  readonly title: string;
  /** how often it happened; `hits` may hold fewer */
  readonly count: number;
  /** what to do, when that is the same for all hits; else each hit has its own */
  readonly hint: string | null;
  /** the first ones, in input order */
  readonly hits: readonly Hit[];
}

/** Hits that a group keeps: what a person can look through. */
export const HITS_KEPT = 200;
/** Different causes that are told apart; messages of the platform that never repeat must not fill the memory. */
const MAX_GROUPS = 300;
const MAX_TEXT_LENGTH = 300;

/** Collects problems by cause, in bounded memory however many there are. */
export class ProblemGroups {
  readonly #groups = new Map<string, Growing>();

  /** Adds a problem that validation found. */
  add(problem: Problem): void {
    const title = (PROBLEM_CODES as Record<string, { title: string } | undefined>)[problem.code]?.title;
    const kind = problem.severity === 'error' ? 'invalid' : 'warning';
    this.#add(kind, title ?? causeOf(problem.message), problem, problem.code);
  }

  /** Adds a row of a run: its problems, and why it failed or was skipped. */
  addRow(row: StoredRow<ImportRecord>, problems: readonly Problem[]): void {
    for (const problem of problems) this.add(problem);
    const { file, sheet, row: number } = row.record;
    const about = { file, sheet, row: number, column: null, value: row.record.values.accountNumber ?? '' };
    const { error, failedStep, stepTitle = failedStep, hint = '', warnings = [] } = resultOf(row);
    for (const message of warnings) this.#add('warning', causeOf(message), { ...about, message, hint: '' });
    if (error === undefined) return;
    const kind = row.status === 'skipped' || row.status === 'invalid' ? row.status : 'failed';
    const step = stepTitle === undefined ? '' : `${stepTitle}: `;
    this.#add(kind, step + causeInRow(error, row.record), { ...about, message: error, hint });
  }

  /** The groups: how the sheets are built first, then errors first, then the most frequent first. */
  list(): ProblemGroup[] {
    return [...this.#groups.values()].sort(
      (a, b) =>
        structureRank(a) - structureRank(b) ||
        GROUP_KINDS.indexOf(a.kind) - GROUP_KINDS.indexOf(b.kind) ||
        b.count - a.count,
    );
  }

  #add(kind: GroupKind, title: string, hit: Hit, code: ProblemCode | null = null): void {
    let key = `${kind} ${title}`;
    if (!this.#groups.has(key) && this.#groups.size >= MAX_GROUPS) {
      title = 'Other causes';
      code = null;
      key = `${kind} ${title}`;
    }
    let group = this.#groups.get(key);
    if (!group) {
      const severity = kind === 'warning' ? 'warning' : 'error';
      group = { kind, severity, code, title, count: 0, hint: clip(hit.hint), hits: [] };
      this.#groups.set(key, group);
    }
    group.count += 1;
    if (group.hint !== null && group.hint !== clip(hit.hint)) group.hint = null;
    if (group.hits.length >= HITS_KEPT) return;
    const { file, sheet, row, column, header } = hit;
    group.hits.push({
      ...{ file, sheet, row, column, header },
      value: clip(hit.value),
      message: clip(hit.message),
      hint: clip(hit.hint),
    });
  }
}

/** Whether a group is of how the sheets are built. */
export function isOfStructure({ code }: Pick<ProblemGroup, 'code'>): boolean {
  return code !== null && STRUCTURE_CODES.includes(code);
}

/** Problems that a profile puts right in one place, though they are in very many cells. */
const MANY = 10;
const OF_TEXTS: readonly ProblemCode[] = [
  ...(['PLACEHOLDER', 'NOT_AN_OPTION', 'NOT_YES_OR_NO', 'TIME_ZONE_UNKNOWN'] as const),
];
const OF_HEADERS: readonly ProblemCode[] = [
  ...(['MISSING_COLUMN', 'MISTAKEN_HEADER', 'AMBIGUOUS_HEADER', 'NOT_FOR_IMPORT'] as const),
];

/** Whether the sheets are those of another program, so that a profile is needed rather than corrections of cells. */
export function needsProfile(groups: readonly ProblemGroup[]): boolean {
  return groups.some(
    ({ code, count }) =>
      code !== null && (OF_HEADERS.includes(code) || (count >= MANY && OF_TEXTS.includes(code))),
  );
}

function structureRank({ code }: ProblemGroup): number {
  const rank = code === null ? -1 : STRUCTURE_CODES.indexOf(code);
  return rank < 0 ? STRUCTURE_CODES.length : rank;
}

interface Growing extends ProblemGroup {
  count: number;
  hint: string | null;
  readonly hits: Hit[];
}

function clip(text: string): string {
  return text.length > MAX_TEXT_LENGTH ? `${text.slice(0, MAX_TEXT_LENGTH - 1)}…` : text;
}

/**
 * What messages of the same cause have in common: quoted values, mail addresses and every word with a digit in it (IDs,
 * numbers) become `…`. The HTTP status after "answered" stays.
 */
export function causeOf(message: string): string {
  return clip(
    message
      .replace(/"[^"]*"|“[^”]*”|(?<![\p{L}\p{N}])'[^']*'(?![\p{L}\p{N}])/gu, '…')
      .replace(/(?<!answered )(?<!\S)\S*(?:\d|\S@)\S*?(?=[,.;:)]*(?:\s|$))/g, '…')
      .replace(/…(?:[\s,]*…)+/g, '…'),
  );
}

/** The cause without the names that the row gives its own things. */
function causeInRow(message: string, { values }: ImportRecord): string {
  let cause = message;
  for (const [column, value] of Object.entries(values))
    if (typeof value === 'string' && value.length > 2 && columnOf(column as ColumnName).freeText)
      cause = cause.replaceAll(value, '…');
  return causeOf(cause);
}
