import { basename, extname } from 'node:path';
import type { NightCounts } from '../plan/sheet-plan.js';
import { shellPath } from '../shell-word.js';
import { nightText } from './night-text.js';
import { doneOf, type RunReport, totalOf } from './run-report.js';

/** What the advice at the end of a command depends on. */
export interface Ending
  extends Pick<
    RunReport,
    | 'runDir'
    | 'kind'
    | 'environment'
    | 'sheets'
    | 'counts'
    | 'selection'
    | 'results'
    | 'errors'
    | 'kept'
    | 'report'
    | 'credentials'
    | 'stoppedBy'
    | 'undoneAt'
  > {
  /** options that name the same place, such as ` --environment beta`; '' where it is the default */
  readonly where: string;
  /** options that read the sheets the same way, such as ` --profile acme.json` */
  readonly reading: string;
  /** options that correct the sheets as they are read, such as ` --edits acme.jsonl`; errors files are corrected already */
  readonly edits: string;
  /** headers and texts of the sheets that a profile says the meaning of stand in the way */
  readonly needsProfile: boolean;
  /** the profile that the sheets are read with */
  readonly profile: string | undefined;
  /** options that select the same rows, such as ` --limit 5`; '' where all are */
  readonly selecting: string;
  /** options that a command on the run directory needs all the same */
  readonly insecure: string;
  /** something was sent to the platform */
  readonly sent: boolean;
  /** objects that this run created and that undo would look at */
  readonly toTakeBack: number;
  /** numbers that wait for the night of the cut-over; null before a run */
  readonly night: NightCounts | null;
}

/** What to do next, the most urgent first. Commands are in backticks, ready to be pasted into a shell. */
export function nextSteps(ending: Ending): string[] {
  const { kind, undoneAt, toTakeBack, counts, sheets } = ending;
  if (undoneAt !== null)
    return toTakeBack > 0 ? [`Go on taking back what this run created: \`${ofRun(ending, 'undo')}\``] : [];
  const invalid = counts['invalid'] ?? 0;
  const needsProfile = invalid > 0 && !ending.sent && ending.needsProfile && !sheets.some(isStandardInput);
  return [
    ...(needsProfile ? [profileStep(ending)] : []),
    ...(kind === 'run' ? afterRun(ending) : afterCheck(ending, kind)),
  ];
}

/** With a profile, what the sheets need besides is added to it. */
function profileStep(ending: Ending): string {
  const { sheets, profile } = ending;
  const [first = 'sheets'] = sheets;
  const write = (file: string) => onSheets(ending, 'validate', ` --write-profile ${shellPath(file)}`);
  return profile === undefined
    ? `Write a profile of the sheets to begin with, and fill it in: ${write(`${basename(first, extname(first))}-profile.json`)}`
    : `Add what the sheets need besides to the profile, and fill it in: ${write(profile)}`;
}

/** What stands in the sheet itself is corrected there: the errors file of a check has only what is invalid. */
function afterCheck(ending: Ending, kind: 'validate' | 'dry-run'): string[] {
  const { where, selecting, sheets, counts, errors, stoppedBy } = ending;
  const { invalid = 0 } = counts;
  const again =
    kind === 'validate'
      ? onSheets(ending, 'validate')
      : onSheets(ending, 'run', ` --dry-run${where}${selecting}`);
  const steps: string[] = [];
  if (invalid > 0) {
    const place = `in the sheet${sheets.length > 1 ? 's' : ''}`;
    const listed = errors === null ? '' : ` (${errors} has them, with what is wrong)`;
    steps.push(`Correct ${rows(invalid, 'invalid')} ${place}${listed}, then: ${again}`);
  }
  if (stoppedBy !== null) steps.push(`Check it again: ${again}`);
  else if (invalid === 0 && kind === 'validate')
    steps.push(`Check it against the platform, without a change: ${onSheets(ending, 'run', ' --dry-run')}`);
  else if (invalid === 0)
    steps.push(`Everything is ready: ${onSheets(ending, 'run', `${where}${selecting}`)}`);
  return steps;
}

function afterRun(ending: Ending): string[] {
  const { where, reading, selecting, counts, selection, kept, stoppedBy, sent, toTakeBack } = ending;
  const others = selection?.others ?? {};
  const otherRows = Object.values(others).reduce((sum, count) => sum + count, 0);
  const waiting = selection?.waiting ?? 0;
  const { failed = 0, skipped = 0 } = counts;
  const invalid = (counts['invalid'] ?? 0) - (others['invalid'] ?? 0);
  const pending = (counts['pending'] ?? 0) - (others['pending'] ?? 0);
  // Before anything is sent the errors file lacks what is not selected, and its rows have other numbers.
  const errors = waiting > 0 && !sent ? null : ending.errors;
  const run = (file: string) => `\`alianza-import run ${shellPath(file)}${reading}${where}\``;
  const steps: string[] = [];
  if (stoppedBy === 'error')
    steps.push(`When the cause is gone, go on${pendingText(pending)}: \`${ofRun(ending, 'resume')}\``);
  if (invalid > 0)
    steps.push(
      errors === null
        ? `Correct ${rows(invalid, 'invalid')} in the sheet, then: ${onSheets(ending, 'run', where + selecting)}`
        : `Correct ${rows(invalid, 'invalid')} in ${errors}, then: ${run(errors)}`,
    );
  if (stoppedBy === null && invalid > 0 && pending > 0 && !sent) {
    const ofSelected = waiting > 0 ? `, ${selection?.invalid || 'none'} of those selected` : '';
    steps.push(
      `Nothing was sent, since rows are invalid${ofSelected}. To send the others all the same: \`${ofRun(ending, 'resume')} --on-invalid skip\``,
    );
  } else if (stoppedBy !== 'error' && (pending > 0 || stoppedBy !== null))
    steps.push(`Go on${pendingText(pending)} where the run stopped: \`${ofRun(ending, 'resume')}\``);
  if (failed + skipped > 0) {
    const those = rows(failed + skipped, 'failed');
    steps.push(`Try ${those} again: \`${ofRun(ending, 'resume')} --retry failed\``);
    if (errors !== null && invalid === 0)
      steps.push(`Or correct ${those} in ${errors}, then: ${run(errors)}`);
  }
  const held = counts['waiting'] ?? 0;
  if (held > 0)
    steps.push(
      `See what becomes of ${rows(held, 'waiting')}, such as every night: \`${ofRun(ending, 'follow')}\``,
    );
  for (const file of kept.filter((path) => basename(path).startsWith('errors')))
    steps.push(`Import what you have corrected in ${file}: ${run(file)}`);
  const selected = totalOf(ending) - otherRows;
  const isAllDone = stoppedBy === null && selected > 0 && doneOf(ending) === selected;
  if (isAllDone)
    steps.push(`Read everything back and compare it with the sheet: \`${ofRun(ending, 'verify')}\``);
  const night = ending.night === null ? '' : nightText(ending.night);
  if (stoppedBy === null && night !== '')
    steps.push(`${night}. In their night: \`${ofRun(ending, 'cutover')}\``);
  if (stoppedBy === null && sent && pending === 0 && waiting > 0)
    steps.push(
      `When these are good, send ${rows(waiting, 'other')} too: \`${ofRun(ending, 'resume')} --all\``,
    );
  const otherInvalid = others['invalid'] ?? 0;
  if (otherInvalid > 0)
    steps.push(
      `Before their turn, correct ${rows(otherInvalid, 'invalid')} that ${otherInvalid === 1 ? 'is' : 'are'} not selected: ${onSheets(ending, 'validate')}`,
    );
  if (isAllDone && waiting === 0 && ending.environment !== 'sandbox') steps.push(...handOver(ending));
  if (toTakeBack > 0) steps.push(`Take back what this run created: \`${ofRun(ending, 'undo')}\``);
  return steps;
}

function handOver({ results, report, credentials }: Ending): string[] {
  if (results === null) return [];
  const files = report === null ? results : `${results} (every ID, row by row) and ${report}`;
  const secret =
    credentials === null
      ? ''
      : `; ${credentials} goes by a safe way of its own: it holds the SIP passwords, and is their only copy`;
  return [`Hand over ${files}${secret}.`];
}

/** A command on the run directory. */
function ofRun({ runDir, insecure }: Ending, name: string): string {
  return `alianza-import ${name} ${shellPath(runDir ?? '')}${insecure}`;
}

/** A command on the sheets, in backticks. What came on standard input has to be given again. */
function onSheets({ sheets, reading, edits }: Ending, name: string, options = ''): string {
  const names = sheets.map((sheet) => (isStandardInput(sheet) ? '-' : shellPath(sheet)));
  const given = names.includes('-') ? 'with it on standard input, ' : '';
  return `${given}\`alianza-import ${name} ${names.join(' ')}${reading}${edits}${options}\``;
}

function isStandardInput(sheet: string): boolean {
  return sheet === '-' || basename(sheet) === 'standard-input';
}

function pendingText(pending: number): string {
  return pending > 0 ? ` with ${rows(pending, 'pending')}` : '';
}

function rows(count: number, what: string): string {
  return `the ${count.toLocaleString('en-US')} ${what} row${count === 1 ? '' : 's'}`;
}
