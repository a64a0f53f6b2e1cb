import { lookOf, type StatusLook } from '../plan/statuses.js';
import type { CreatedRow } from '../results/created-rows.js';
import { type Hit, isOfStructure, type ProblemGroup } from '../results/problem-groups.js';
import { type LimiterFacts, totalOf } from '../results/run-report.js';
import { counted, durationText, placeText, rateText } from '../results/wording.js';
import { oneLine } from './plain-text.js';

const WIDTH = 120;
/** How much of the problems the screen shows; the report has the rest. */
const GROUPS_SHOWN = 12;
const HITS_SHOWN = 3;
/** How the sheets are built is shown whole, but for absurd ones. */
const HITS_OF_STRUCTURE_SHOWN = 40;

const CODES = { bold: '1', dim: '2', red: '31', green: '32', yellow: '33', cyan: '36' } as const;
type Look = keyof typeof CODES;

export type Painter = (text: string, ...looks: Look[]) => string;

/** Gives texts a look on a terminal, and leaves them alone elsewhere. */
export function painter(colour: boolean): Painter {
  return (text, ...looks) =>
    colour ? `\u001b[${looks.map((look) => CODES[look]).join(';')}m${text}\u001b[0m` : text;
}

/** What a command came to, for the screen. */
export interface Summary {
  readonly environment: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly durationMs: number;
  /** null where nothing can be sent (validate) */
  readonly requests: number | null;
  /** of all parts of a run that was resumed; null when there is one part */
  readonly allParts: {
    readonly count: number;
    /** those that were cut off: nobody knows how many requests they sent */
    readonly cutOff: number;
    readonly durationMs: number;
    readonly requests: number;
  } | null;
  readonly limiter: LimiterFacts | null;
  /** what else is to be said, each a sentence */
  readonly remarks: readonly string[];
  /** what was written: label and path */
  readonly files: readonly (readonly [string, string])[];
  /** what to do next, commands in backticks */
  readonly next: readonly string[];
}

const STATUS_LOOKS = {
  good: 'green',
  alsoGood: 'green',
  bad: 'red',
  alsoBad: 'red',
  open: 'yellow',
  idle: 'yellow',
} as const satisfies Record<StatusLook, Look>;

/** The end of a command as several lines: counts, time, files, what to do next. */
export function summaryText(summary: Summary, colour: boolean): string {
  const { counts, durationMs, requests, allParts, limiter } = summary;
  const paint = painter(colour);
  const total = totalOf(summary);
  const statuses = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([status, count]) =>
      paint(`${count.toLocaleString('en-US')} ${status}`, STATUS_LOOKS[lookOf(status)]),
    );
  const lines = [`${paint(counted(total, 'row'), 'bold')}: ${statuses.join(', ') || 'nothing to do'}`];
  const time = [`in ${durationText(durationMs)}`];
  if (requests !== null && requests > 0)
    time.push(`${counted(requests, 'request')} (${rateText(requests, durationMs)} a second)`);
  if (limiter && (limiter.pauses > 0 || limiter.lowest < limiter.highest))
    time.push(
      `slowed down to ${limiter.lowest} of ${limiter.highest} requests at once, ${counted(limiter.pauses, 'pause')} (${durationText(limiter.pausedMs)})`,
    );
  lines.push(time.join(', '));
  if (allParts !== null)
    lines.push(
      `all ${allParts.count} parts of the run: ${durationText(allParts.durationMs)}, ${counted(allParts.requests, 'request')}${cutOffText(allParts.cutOff)}`,
    );
  if (requests !== null && summary.environment === 'sandbox')
    lines.push(paint('Sandbox: a simulated platform. Nothing real was created.', 'yellow'));
  lines.push(...summary.remarks.map(oneLine));
  if (summary.files.length > 0) lines.push('', ...labelled(summary.files, paint));
  if (summary.next.length > 0) {
    lines.push('', paint('What to do next', 'bold'));
    for (const step of summary.next)
      lines.push(`  ${oneLine(step).replace(/`([^`]*)`/g, (_, command: string) => paint(command, 'cyan'))}`);
  }
  return `${lines.join('\n')}\n`;
}

function labelled(files: Summary['files'], paint: ReturnType<typeof painter>): string[] {
  const width = Math.max(...files.map(([label]) => label.length));
  return files.map(([label, path]) => `${paint(label.padEnd(width), 'dim')}  ${oneLine(path)}`);
}

/**
 * The problems by cause, the first few rows of each; never more than about a screen or two.
 *
 * @param groups how the sheets are built first, then worst first, as `ProblemGroups.list` gives them
 * @returns '' when there are none
 */
export function problemsText(groups: readonly ProblemGroup[], colour: boolean): string {
  const paint = painter(colour);
  const lines: string[] = [];
  const ofStructure = groups.filter(isOfStructure).length;
  for (const group of groups.slice(0, ofStructure + GROUPS_SHOWN)) {
    const most = isOfStructure(group) ? HITS_OF_STRUCTURE_SHOWN : HITS_SHOWN;
    const look = group.severity === 'error' ? 'red' : 'yellow';
    const label = group.kind === 'invalid' ? 'error' : group.kind;
    lines.push(
      `${paint(label, look, 'bold')} ${paint(oneLine(group.title), 'bold')} (${counted(group.count, 'time')})`,
    );
    for (const hit of group.hits.slice(0, most)) lines.push(...hitLines(hit, group, paint));
    const more = group.count - Math.min(group.hits.length, most);
    if (more > 0) lines.push(paint(`  … and ${more.toLocaleString('en-US')} more`, 'dim'));
    if (group.hint !== null && group.hint !== '')
      lines.push(`  ${paint('→', 'cyan')} ${oneLine(group.hint)}`);
    lines.push('');
  }
  const rest = groups.slice(ofStructure + GROUPS_SHOWN);
  if (rest.length > 0) {
    const times = rest.reduce((sum, { count }) => sum + count, 0);
    lines.push(
      `… and ${counted(rest.length, 'other cause')} (${counted(times, 'time')}): report.html (--out) and --json have them all`,
      '',
    );
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

function hitLines(hit: Hit, group: ProblemGroup, paint: ReturnType<typeof painter>): string[] {
  const lines = [`  ${paint(oneLine(placeText(hit)), 'dim')}: ${oneLine(hit.message)}`];
  if (group.hint === null && hit.hint !== '') lines.push(`    ${paint('→', 'cyan')} ${oneLine(hit.hint)}`);
  return lines;
}

const TABLE_COLUMNS = ['product', 'account', 'name', 'number', 'account ID', 'ID'] as const;
/** What gives way when the table is too wide: index of the column, and how narrow it may get. */
const SHRINKING = [
  [2, 16],
  [1, 9],
  [4, 12],
  [2, 8],
] as const;
/**
 * A table of created rows with their IDs, at most 120 characters wide.
 * @returns '' when there are none
 */
export function createdText(rows: readonly CreatedRow[]): string {
  if (rows.length === 0) return '';
  const table = [
    [...TABLE_COLUMNS],
    ...rows.map(({ product, account, name, number, accountId, id }) => [
      product,
      account,
      name,
      number,
      accountId,
      id,
    ]),
  ];
  const widths = TABLE_COLUMNS.map((_, index) =>
    Math.max(...table.map((row) => [...(row[index] ?? '')].length)),
  );
  for (const [index, least] of SHRINKING) {
    const total = widths.reduce((sum, width) => sum + width, 2 * (widths.length - 1));
    const width = widths[index] ?? 0;
    if (total > WIDTH) widths[index] = Math.min(width, Math.max(least, width - (total - WIDTH)));
  }
  const lines = table.map((row) => row.map((text, index) => fitted(text, widths[index] ?? 0)).join('  '));
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

/** A text in as many characters, cut off or filled up. */
export function fitted(text: string, width: number): string {
  const characters = [...oneLine(text)];
  const shown =
    characters.length > width ? `${characters.slice(0, width - 1).join('')}…` : characters.join('');
  return shown + ' '.repeat(Math.max(0, width - [...shown].length));
}

function cutOffText(parts: number): string {
  if (parts === 0) return '';
  return ` and those of ${parts === 1 ? 'the part that was' : `the ${parts} parts that were`} cut off`;
}
