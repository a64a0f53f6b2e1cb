import { shellPath } from '../shell-word.js';

/** What the advice at the end of a command depends on. */
export interface Ending {
  /** the run directory; null for `validate`, which has none */
  readonly runDir: string | null;
  readonly kind: 'validate' | 'dry-run' | 'run';
  /** options that name the same place, such as ` --environment beta`; '' where it is the default */
  readonly where: string;
  /** options that read the sheets the same way, such as ` --profile acme.json` */
  readonly reading: string;
  /** the sheets as given */
  readonly files: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
  /** path of the errors file, if there is one */
  readonly errors: string | null;
}

/** What to do next, the most urgent first. Commands are in backticks, ready to be pasted into a shell. */
export function nextSteps(ending: Ending): string[] {
  const { runDir, kind, where, reading, files, counts, errors } = ending;
  const { invalid = 0, failed = 0, skipped = 0, pending = 0, created = 0, existing = 0 } = counts;
  const sheets = files.map(shellPath).join(' ') + reading;
  const attempted = failed + skipped + created + existing > 0;
  const steps: string[] = [];

  if (invalid > 0) {
    const place = errors === null ? 'in the sheet' : `in ${errors}`;
    const command =
      kind === 'validate'
        ? `validate ${sheets}`
        : `run ${errors === null ? sheets : shellPath(errors) + reading}${where}`;
    steps.push(`Correct ${rows(invalid, 'invalid')} ${place}, then: \`alianza-import ${command}\``);
  }
  if (kind === 'run' && invalid > 0 && pending > 0 && !attempted)
    steps.push(
      `Nothing was sent, since rows are invalid. To send the others all the same: \`alianza-import run ${sheets}${where} --on-invalid skip\``,
    );
  else if (kind === 'run' && runDir !== null && pending > 0)
    steps.push(
      `Go on with ${rows(pending, 'pending')} where the run stopped: \`alianza-import resume ${shellPath(runDir)}\``,
    );
  if (runDir !== null && failed + skipped > 0)
    steps.push(
      `Try ${rows(failed + skipped, 'failed')} again: \`alianza-import resume ${shellPath(runDir)} --retry failed\`; or correct them in ${errors ?? 'the sheet'} and import that.`,
    );
  if (kind === 'validate' && invalid === 0)
    steps.push(`Check it against the platform, without a change: \`alianza-import run ${sheets} --dry-run\``);
  if (kind === 'dry-run' && invalid === 0)
    steps.push(`Everything is ready: \`alianza-import run ${sheets}${where}\``);
  if (kind === 'run' && runDir !== null && created > 0)
    steps.push(`Take back what this run created: \`alianza-import undo ${shellPath(runDir)}\``);
  return steps;
}

function rows(count: number, what: string): string {
  return `the ${count.toLocaleString('en-US')} ${what} row${count === 1 ? '' : 's'}`;
}
