import { basename, extname } from 'node:path';
import { shellPath } from '../shell-word.js';
import type { RunReport } from './run-report.js';

/** What the advice at the end of a command depends on. */
export interface Ending
  extends Pick<
    RunReport,
    'runDir' | 'kind' | 'sheets' | 'counts' | 'selection' | 'errors' | 'stoppedBy' | 'undoneAt'
  > {
  /** options that name the same place, such as ` --environment beta`; '' where it is the default */
  readonly where: string;
  /** options that read the sheets the same way, such as ` --profile acme.json` */
  readonly reading: string;
  /** headers and texts of the sheets that a profile says the meaning of stand in the way */
  readonly needsProfile: boolean;
  /** the profile that the sheets are read with */
  readonly profile: string | undefined;
  /** options that select the same rows, such as ` --limit 5`; '' where all are */
  readonly selecting: string;
  /** something was sent to the platform */
  readonly sent: boolean;
  /** objects that this run created and that undo would look at */
  readonly toTakeBack: number;
}

/** What to do next, the most urgent first. Commands are in backticks, ready to be pasted into a shell. */
export function nextSteps(ending: Ending): string[] {
  const { runDir, kind, where, reading, selecting, sheets, counts, stoppedBy, sent } = ending;
  const others = ending.selection?.others ?? {};
  const { failed = 0, skipped = 0 } = counts;
  const invalid = (counts['invalid'] ?? 0) - (others['invalid'] ?? 0);
  const pending = (counts['pending'] ?? 0) - (others['pending'] ?? 0);
  const waiting = ending.selection?.waiting ?? 0;
  const ofSelected = waiting > 0 ? `, ${ending.selection?.invalid || 'none'} of those selected` : '';
  // Before anything is sent the errors file lacks what is not selected, and its rows have other numbers.
  const errors = waiting > 0 && !sent ? null : ending.errors;
  const words = sheets.map(shellPath).join(' ') + reading;
  const command = (name: string) => `alianza-import ${name} ${shellPath(runDir ?? '')}`;
  const steps: string[] = [];

  if (ending.undoneAt !== null) {
    if (ending.toTakeBack > 0) steps.push(`Go on taking back what this run created: \`${command('undo')}\``);
    return steps;
  }
  if (invalid > 0 && !sent && ending.needsProfile && !sheets.includes('-'))
    steps.push(profileStep(ending, words));
  if (kind === 'run' && stoppedBy === 'error')
    steps.push(`When the cause is gone, go on${pendingText(pending)}: \`${command('resume')}\``);
  if (invalid > 0) {
    const place = errors === null ? 'in the sheet' : `in ${errors}`;
    const again =
      kind === 'validate'
        ? `validate ${words}`
        : `run ${errors === null ? words : shellPath(errors) + reading}${where}${errors === null ? selecting : ''}`;
    steps.push(`Correct ${rows(invalid, 'invalid')} ${place}, then: \`alianza-import ${again}\``);
  }
  if (kind === 'run' && stoppedBy !== 'error') {
    if (invalid > 0 && pending > 0 && !sent && stoppedBy === null)
      steps.push(
        `Nothing was sent, since rows are invalid${ofSelected}. To send the others all the same: \`alianza-import run ${words}${where}${selecting} --on-invalid skip\``,
      );
    else if (pending > 0 || stoppedBy !== null)
      steps.push(`Go on${pendingText(pending)} where the run stopped: \`${command('resume')}\``);
  }
  if (runDir !== null && failed + skipped > 0)
    steps.push(
      `Try ${rows(failed + skipped, 'failed')} again: \`${command('resume')} --retry failed\`; or correct them in ${errors ?? 'the sheet'} and import that.`,
    );
  if (kind !== 'run' && stoppedBy !== null)
    steps.push(
      `Check it again: \`alianza-import ${kind === 'validate' ? `validate ${words}` : `run ${words} --dry-run${where}${selecting}`}\``,
    );
  else if (kind === 'validate' && invalid === 0)
    steps.push(`Check it against the platform, without a change: \`alianza-import run ${words} --dry-run\``);
  else if (kind === 'dry-run' && invalid === 0)
    steps.push(`Everything is ready: \`alianza-import run ${words}${where}${selecting}\``);
  if (kind === 'run' && stoppedBy === null && sent && pending === 0 && waiting > 0)
    steps.push(`When these are good, send ${rows(waiting, 'other')} too: \`${command('resume')} --all\``);
  if (kind === 'run' && (others['invalid'] ?? 0) > 0)
    steps.push(
      `Before their turn, correct ${rows(others['invalid'] ?? 0, 'invalid')} that ${others['invalid'] === 1 ? 'is' : 'are'} not selected: \`alianza-import validate ${words}\``,
    );
  if (kind === 'run' && ending.toTakeBack > 0)
    steps.push(`Take back what this run created: \`${command('undo')}\``);
  return steps;
}

/** With a profile, what the sheets need besides is added to it. */
function profileStep({ sheets: [first = 'sheets'], profile }: Ending, words: string): string {
  if (profile !== undefined)
    return `Add what the sheets need besides to the profile, and fill it in: \`alianza-import validate ${words} --write-profile ${shellPath(profile)}\``;
  const file = shellPath(`${basename(first, extname(first))}-profile.json`);
  return `Write a profile of the sheets to begin with, and fill it in: \`alianza-import validate ${words} --write-profile ${file}\``;
}

function pendingText(pending: number): string {
  return pending > 0 ? ` with ${rows(pending, 'pending')}` : '';
}

function rows(count: number, what: string): string {
  return `the ${count.toLocaleString('en-US')} ${what} row${count === 1 ? '' : 's'}`;
}
