import { extname } from 'node:path';
import { EXIT, type Exit } from '../errors.js';
import type { ImportSummary } from '../import.js';
import type { Settings } from '../options.js';
import type { RunDirectory } from '../run-directory.js';
import type { SheetFormat } from '../sheet/write.js';
import type { Io } from './command.js';
import { runJson } from './run-command.js';

/** The format of the results: as asked, else as the first sheet. */
export function formatOf(settings: Settings, inputs: readonly { readonly file: string }[]): SheetFormat {
  return settings.format ?? (extname(inputs[0]?.file ?? '').toLowerCase() === '.xlsx' ? 'xlsx' : 'csv');
}

/** Tells a person, or with `--json` a program, what a run came to. */
export function report(run: RunDirectory, summary: ImportSummary, settings: Settings, io: Io): Exit {
  const { rows, exit } = summary;
  const lines = [
    `environment: ${run.facts.target.environment}${run.facts.target.environment === 'sandbox' ? ' (simulated platform: nothing real was created)' : ''}`,
    Object.entries(rows)
      .map(([status, count]) => `${status} ${count}`)
      .join(', '),
    `results: ${summary.results}`,
    ...(summary.errors ? [`errors: ${summary.errors}`] : []),
    ...(exit === 'interrupted' || exit === 'maxErrors'
      ? [`resume with: alianza-import resume ${run.directory}`]
      : []),
  ];
  io.err(`${lines.join('\n')}\n`);
  if (settings.json) io.out(`${JSON.stringify(runJson(run, summary))}\n`);
  void EXIT;
  return exit;
}
