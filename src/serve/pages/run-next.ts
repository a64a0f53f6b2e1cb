import { basename } from 'node:path';
import { nightText } from '../../results/night-text.js';
import { doneOf, type ListedRun, type RunReport } from '../../results/run-report.js';
import { counted } from '../../results/wording.js';
import { shellPath } from '../../shell-word.js';

/** What is done with a run from its page, as its buttons name it. */
export const NEXT_ACTS = {
  resume: 'Resume',
  retry: 'Try failed again',
  rest: 'Send the others, too',
  correct: 'Put errors right',
  verify: 'Verify',
  follow: 'Follow',
  results: 'Write results',
  undo: 'Undo …',
} as const;

export type NextAct = keyof typeof NEXT_ACTS;

interface Next {
  /** null where nothing here does it */
  readonly act: NextAct | null;
  /** what it is for; commands, whose paths are absolute, in backticks */
  readonly text: string;
}

/**
 * What can be done next with a run that nobody is at work on, the most urgent first.
 * @param report null where it cannot be read
 */
export function nextOf(run: ListedRun, report: RunReport | null): Next[] {
  const { state, undoneAt } = run;
  const results: Next = { act: 'results', text: 'Writes its results, its errors and its report again.' };
  if (undoneAt !== null)
    return state === 'partly undone'
      ? [
          { act: 'undo', text: 'Something of it is still there: see what, and go on taking it back.' },
          results,
        ]
      : [results];
  return [
    ...toGoOn(run, report),
    ...(doneOf(run) > 0
      ? [
          {
            act: 'verify',
            text: 'Reads everything back from the platform and compares it with the sheet. Changes nothing.',
          } as const,
        ]
      : []),
    {
      act: 'follow',
      text: 'Asks what became of activations, ports and E911 addresses, which the platform does later. Changes nothing.',
    },
    ...later(run, report),
    results,
    {
      act: 'undo',
      text: 'Lists what this run created and, once you have confirmed it, deletes that and nothing else.',
    },
  ];
}

/** What brings more of its rows to their end. */
function toGoOn({ counts, state, stoppedBy, parts }: ListedRun, report: RunReport | null): Next[] {
  const others = report?.selection?.others ?? {};
  const own = (status: string) => (counts[status] ?? 0) - (others[status] ?? 0);
  const [pending, invalid, waiting] = [own('pending'), own('invalid'), own('waiting')];
  const failed = own('failed') + own('skipped');
  const rows = (count: number, what: string) => `the ${counted(count, `${what} row`)}`;
  const isUnsent = stoppedBy === null && invalid > 0 && parts.every(({ requests }) => requests === 0);
  const next: Next[] = [];
  if (isUnsent)
    next.push({
      act: null,
      text: `Nothing was sent, since ${counted(invalid, 'row')} ${invalid === 1 ? 'is' : 'are'} invalid. Put them right, or start the sheet again and leave them out.`,
    });
  else if (state === 'stopped' || pending > 0) {
    const cause = stoppedBy === 'error' ? 'When the cause is gone: goes' : 'Goes';
    const which = pending > 0 ? ` with ${rows(pending, 'pending')}` : '';
    next.push({
      act: 'resume',
      text: `${cause} on${which} where the run stopped. What is done is not done again.`,
    });
  } else if (waiting > 0)
    next.push({
      act: 'resume',
      text: `Looks what became of ${rows(waiting, 'waiting')}, and sends what can go on since.`,
    });
  if (failed > 0)
    next.push({ act: 'retry', text: `Sends ${rows(failed, 'failed')} once more, when the cause is gone.` });
  if (failed + invalid > 0)
    next.push({
      act: 'correct',
      text: 'Makes a new sheet of the rows that are not done, to be put right here and started.',
    });
  return next;
}

/** What is not done from a page, and what is to be handed over. */
function later(run: ListedRun, report: RunReport | null): Next[] {
  if (report === null) return [];
  const { selection, kept, night, results, credentials } = report;
  const command = (name: string, options = '') =>
    `\`alianza-import ${name} ${shellPath(run.runDir)}${options}\``;
  const told: string[] = [];
  for (const file of kept.filter((path) => basename(path).startsWith('errors')))
    told.push(`Somebody has corrected ${basename(file)} in the folder of the run: upload it to import that.`);
  const waits = night === null ? '' : nightText(night);
  if (run.stoppedBy === null && waits !== '')
    told.push(`${waits}. In their night the command line does that: ${command('cutover')}`);
  const left = selection?.waiting ?? 0;
  if (run.state === 'done' && left === 0 && run.environment !== 'sandbox' && results !== null)
    told.push(
      `Hand over ${basename(results)} and report.html, below${credentials === null ? '' : '; the SIP passwords go by a safe way of their own, from "Credentials" below'}.`,
    );
  const rest: Next[] =
    left === 0
      ? []
      : [
          {
            act: 'rest',
            text: `When these rows are good: sends ${left === 1 ? 'the other row' : `the ${counted(left, 'other row')}`} that ${left === 1 ? 'was' : 'were'} left out, in this run.`,
          },
        ];
  return [...rest, ...told.map((text) => ({ act: null, text }))];
}
