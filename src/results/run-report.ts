import { basename } from 'node:path';
import type { ErrorFacts, Exit } from '../errors.js';
import type { NightCounts, SheetPlan } from '../plan/sheet-plan.js';
import { isDone } from '../plan/statuses.js';
import type { HeaderMatch } from '../records/headers.js';
import type { ChangesFound } from './changes-list.js';
import type { CreatedRow } from './created-rows.js';
import type { ProblemGroup } from './problem-groups.js';
import { counted } from './wording.js';

/** What a command with sheets was to do. `validate` and `dry-run` change nothing on the platform. */
export type ReportKind = 'validate' | 'dry-run' | 'run';

/**
 * Why a run ended before its last row: `max-errors` and `error` are told by the run itself; `cut off` is seen
 * afterwards, when its process is gone without a word (a kill, a power cut).
 */
export type StoppedBy = 'max-errors' | 'interrupted' | 'error' | 'cut off';

/** Who ran it, from where, with what. */
export interface Writer {
  /** user of the operating system */
  readonly user: string;
  readonly host: string;
  /** the API user; null when nothing was to be sent */
  readonly apiUser: string | null;
  /** of the program */
  readonly version: string;
}

/** What one process did for a run: the first start, or a resume. */
export interface RunPart extends Writer {
  /** ISO dates and times; `endedAt` is null until it has ended */
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly durationMs: number;
  /** null until it has ended: of a part that was cut off nobody knows how many it sent */
  readonly requests: number | null;
  readonly stoppedBy: StoppedBy | null;
  readonly error: ErrorFacts | null;
}

/** Everything that there is to tell of a run. The screen, `--json` and `report.html` show it, each in its way. */
export interface RunReport {
  readonly kind: ReportKind;
  /** null for a validation without a run directory */
  readonly runDir: string | null;
  readonly environment: string;
  /** null for the sandbox inside the process */
  readonly baseUrl: string | null;
  readonly partitionId: string | null;
  /** the sheets, as a person in this folder would name them */
  readonly sheets: readonly string[];
  /** ISO date and time */
  readonly startedAt: string;
  /** the first start and every resume, in order */
  readonly parts: readonly RunPart[];
  /** all parts together */
  readonly durationMs: number;
  /** all parts together of which it is known; null where nothing can be sent */
  readonly requests: number | null;
  /** what the limiter of the last part had to do */
  readonly limiter: LimiterFacts | null;
  /** rows by status */
  readonly counts: Readonly<Record<string, number>>;
  /** null when no row is left out or taken back */
  readonly selection: SelectionFacts | null;
  /** rows that would be `existing`; null when the platform was not asked or it is no dry run */
  readonly existing: number | null;
  /** rows whose objects were there already and differ from the sheet; null when they were not compared */
  readonly differing: number | null;
  /** what it has changed of what was there, or would; null where it is not to update */
  readonly changes: ChangesFound | null;
  /** what its rows would bring about, as it was before the first of them was sent; null when that is not known */
  readonly plan: SheetPlan | null;
  /** the objects of the run that are there, by product of the row that brought them and by kind; in the order of both */
  readonly objects: readonly ObjectCount[];
  /** the numbers of port orders by the day that the losing carrier has named, the earliest first; those without one last */
  readonly ports: readonly PortDay[];
  /** what was checked where, and what cannot be checked */
  readonly coverage: readonly string[];
  /** the files and worksheets that were read, and how their headers were understood */
  readonly tables: readonly TableHeaders[];
  /** all problems by cause, those of how the sheets are built first, then the worst */
  readonly groups: readonly ProblemGroup[];
  /** the first created rows of each product */
  readonly created: readonly CreatedRow[];
  /** paths; null for what is not there */
  readonly results: string | null;
  readonly errors: string | null;
  readonly report: string | null;
  /** paths of results that somebody had edited before they were written again */
  readonly kept: readonly string[];
  readonly credentials: string | null;
  readonly stoppedBy: StoppedBy | null;
  /** what stopped it, or kept its files from being written */
  readonly error: ErrorFacts | null;
  /** when it was undone, ISO date and time */
  readonly undoneAt: string | null;
  /** who began that undo; null when it was not undone, or by a version that did not keep it */
  readonly undoneBy: Writer | null;
  /** its numbers that wait for the night of the cut-over; null before a run */
  readonly night: NightCounts | null;
  /** what to do next, commands in backticks */
  readonly next: readonly string[];
  readonly exit: Exit;
}

/** How the headers of a file or worksheet were understood. */
export interface TableHeaders {
  readonly file: string;
  /** null for CSV */
  readonly sheet: string | null;
  readonly headers: readonly HeaderMatch[];
}

/** Which of its rows a run works on. */
export interface SelectionFacts {
  /** what selected them, such as `--only wave=1`; '' where every row was */
  readonly options: string;
  /** rows that it names, and how many of them were invalid */
  readonly rows: number;
  readonly invalid: number;
  /** the rows that are not worked on, by status */
  readonly others: Readonly<Record<string, number>>;
  /** those of them that wait for a later wave */
  readonly waiting: number;
  /** those of them that undo took back; no resume brings them about again */
  readonly takenBack: number;
}

/** How many numbers are to be ported on a day, or were. */
export interface PortDay {
  /** `2026-12-15`; null where the carrier has named none */
  readonly day: string | null;
  /** `activationStatusType` of the port */
  readonly status: string;
  readonly numbers: number;
}

/** How many objects of one kind the rows of one product have. */
export interface ObjectCount {
  readonly product: string;
  /** what people call it */
  readonly kind: string;
  readonly created: number;
  /** there before the run */
  readonly existing: number;
  /** those of `existing` that the run has brought to what the sheet says */
  readonly updated: number;
}

/** What a run has come to, in a word: `RUN_STANDINGS` says what each means. */
export type RunStanding = keyof typeof RUN_STANDINGS;
export const RUN_STANDINGS = {
  'going on': 'a process is at work on it',
  done: 'every row is done',
  'not done': 'it ended, and rows failed, are invalid or were left out',
  waiting: 'nothing failed, and the platform is still at work on some of its rows',
  stopped: 'it was stopped or cut off before its last row',
  undone: 'all that it created was taken back',
  'partly undone': 'an undo of it has left something',
  checked: 'a validation or a dry run: it created nothing',
  unreadable: 'its journal is gone, damaged, or of another version of the program',
} as const;

/** A run as a list of runs has it. */
export interface ListedRun
  extends Pick<
    RunReport,
    | 'kind'
    | 'environment'
    | 'baseUrl'
    | 'partitionId'
    | 'sheets'
    | 'startedAt'
    | 'parts'
    | 'counts'
    | 'stoppedBy'
    | 'error'
    | 'undoneAt'
    | 'undoneBy'
  > {
  readonly runDir: string;
  /** when some of its rows were taken back last, ISO date and time */
  readonly partUndoneAt: string | null;
  readonly state: Exclude<RunStanding, 'unreadable'>;
  /** when something was done with it last: its start, the end of a part, an undo; ISO date and time */
  readonly lastAt: string;
  /** the end of its journal is lost: rows may be further than it says */
  readonly tailMissing: boolean;
}

/** A directory of a run that cannot be read, and why. */
export interface UnreadableRun {
  readonly runDir: string;
  readonly state: 'unreadable';
  readonly error: ErrorFacts;
}

/** What the limit on requests did, for the summary. */
export interface LimiterFacts {
  readonly lowest: number;
  readonly highest: number;
  readonly pauses: number;
  readonly pausedMs: number;
}

/** How many rows there are. */
export function totalOf({ counts }: Pick<RunReport, 'counts'>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** How many of them need nothing more. */
export function doneOf({ counts }: Pick<RunReport, 'counts'>): number {
  return Object.entries(counts).reduce((sum, [status, count]) => sum + (isDone(status) ? count : 0), 0);
}

const STOPPED: Readonly<Record<StoppedBy, string>> = {
  'max-errors': 'It stopped since --max-errors was reached.',
  interrupted: 'It was interrupted.',
  error: 'It was stopped by an error.',
  'cut off': 'It was cut off: its process ended without a word. What it had done until then is here.',
};

/** What is to be said besides counts, each a sentence: why it ended early, who gets mails, what differs. */
export function remarks(report: RunReport): string[] {
  const { stoppedBy, error, undoneAt, plan, differing, kept } = report;
  const said = selectionText(report);
  if (stoppedBy !== null) said.push(STOPPED[stoppedBy]);
  if (error !== null) said.push(`${error.message} ${error.hint}`);
  for (const path of kept) said.push(`${editedName(path)} had been edited: that version is kept as ${path}.`);
  if (undoneAt !== null) said.push(`It was undone (${undoneAt}).`);
  if (plan !== null && plan.mailsAtOnce > 0) said.push(mailsText(plan.mailsAtOnce));
  if (differing !== null && differing > 0)
    said.push(
      `${counted(differing, 'row')} ${differing === 1 ? 'differs' : 'differ'} from what is on the platform already: see the warnings.`,
    );
  return said;
}

function selectionText({ kind, selection }: RunReport): string[] {
  const said: string[] = [];
  if (selection === null) return said;
  const { options, rows, waiting, takenBack } = selection;
  const others = waiting.toLocaleString('en-US');
  if (waiting > 0)
    said.push(
      `${counted(rows, 'row')} selected by ${options}; ${others} ${kind === 'run' ? 'others stay pending' : 'others were checked offline only'}.`,
    );
  if (takenBack > 0)
    said.push(`${counted(takenBack, 'row')} taken back by undo --only: no resume sends them again.`);
  return said;
}

/** `errors.csv` of `runs/1/errors-edited-2.csv`. */
function editedName(path: string): string {
  return basename(path).replace(/-edited(-\d+)?(?=\.)/, '');
}

/** That many people get a mail at once, as a sentence. */
export function mailsText(people: number): string {
  return people === 1
    ? '1 person gets a mail of the platform as soon as the user is created.'
    : `${people.toLocaleString('en-US')} people get a mail of the platform as soon as their users are created.`;
}
