import { EXIT, type Exit, errorMember, StopError } from '../errors.js';
import { ownSettings } from '../options.js';
import { type ListedRun, totalOf, type UnreadableRun } from '../results/run-report.js';
import { bytesText, counted } from '../results/wording.js';
import { type FoundRow, findInRuns } from '../run/find.js';
import { type PrunedRun, pruneRuns } from '../run/prune.js';
import { readRuns } from '../run/runs.js';
import { askOnTerminal, confirmed } from '../screen/ask.js';
import type { Io } from '../screen/io.js';
import { foundText, prunedText, runText } from '../screen/runs-list.js';
import { type Run, screenOf } from './command.js';

export const run: Run = async (args, io) => {
  const { dir: folder, prune, 'dry-run': dryRun, yes } = ownSettings('runs', args.flags);
  io.json.know({ folder });
  await screenOf(args, io);
  if (prune === undefined && (dryRun || yes)) throw usage('--dry-run and --yes go with --prune.');
  if (args.words.length > 0) {
    if (prune !== undefined) throw usage('--prune goes by age, not by a text.');
    return find(folder, args.words.join(' '), io);
  }
  return prune === undefined ? list(folder, io) : tidy(folder, prune, dryRun, yes, io);
};

function usage(message: string): StopError {
  return new StopError('USAGE', message, 'The calls are: runs, runs <text>, runs --prune 90d.');
}

async function list(folder: string, io: Io): Promise<Exit> {
  const runs = await readRuns(folder, io.signal);
  const bad = runs.filter(({ state }) => state === 'unreadable').length;
  const exit: Exit = bad > 0 ? 'someFailed' : 'done';
  if (io.json.wanted) {
    await io.json.list('runs');
    for (const each of runs) await io.json.item(memberOf(each));
    await io.json.end({ exitCode: EXIT[exit].code });
    return exit;
  }
  for (const each of runs) await io.out(`${runText(each)}\n`);
  await io.out(`${counted(runs.length, 'run')} in ${folder}${badText(bad)}\n`);
  return exit;
}

/** How many of the rows that have the text inside a longer word only are shown beside others, and alone. */
const PARTS_SHOWN = 20;
const PARTS_KEPT = 200;

async function find(folder: string, text: string, io: Io): Promise<Exit> {
  const { wanted } = io.json;
  const parts: FoundRow[] = [];
  let rows = 0;
  let partRows = 0;
  let shownOf: ListedRun | null = null;
  if (wanted) await io.json.members({ text });
  if (wanted) await io.json.list('found');
  const onFound = async (row: FoundRow, of: ListedRun) => {
    rows++;
    if (wanted) return io.json.item(row);
    if (row.match === 'part') {
      partRows++;
      if (parts.length < PARTS_KEPT) parts.push(row);
      return;
    }
    if (shownOf !== of) await io.out(`${shownOf === null ? '' : '\n'}${runText(of)}`);
    shownOf = of;
    await io.out(foundText(row));
  };
  const { runs, unreadable, searched } = await findInRuns(folder, text, onFound, io.signal);
  const exit: Exit = rows === 0 || unreadable.length > 0 ? 'someFailed' : 'done';
  if (wanted) {
    await io.json.list('runs');
    for (const { found, ...each } of runs) await io.json.item({ ...memberOf(each), found });
    for (const each of unreadable) await io.json.item(memberOf(each));
    await io.json.end({ exitCode: EXIT[exit].code });
    return exit;
  }
  await tellParts(parts.slice(0, rows === partRows ? PARTS_KEPT : PARTS_SHOWN), partRows, io);
  for (const each of unreadable) await io.out(`\n${runText(each)}`);
  const where = `${counted(searched, 'run')} in ${folder}${badText(unreadable.length)}`;
  await io.out(
    rows === 0
      ? `Nothing found in ${where}\n`
      : `\n${counted(rows, 'row')} of ${counted(runs.length, 'run')} found, in ${where}\n`,
  );
  return exit;
}

async function tellParts(shown: readonly FoundRow[], count: number, io: Io): Promise<void> {
  if (count === 0) return;
  await io.out('\nAs part of a longer word:\n');
  let runDir = '';
  for (const row of shown) {
    if (row.runDir !== runDir) await io.out(`${row.runDir}\n`);
    runDir = row.runDir;
    await io.out(foundText(row));
  }
  if (count > shown.length)
    await io.out(`  … and ${(count - shown.length).toLocaleString('en-US')} more; --json lists all\n`);
}

async function tidy(folder: string, age: string, dryRun: boolean, yes: boolean, io: Io): Promise<Exit> {
  /** what was said of each before anything was deleted */
  const said = new Map<string, string>();
  const confirm = async (planned: readonly PrunedRun[]) => {
    const going = planned.filter(({ what }) => what === 'would be deleted');
    if (!io.json.wanted && !yes)
      for (const each of planned) {
        said.set(each.runDir, each.reason);
        await io.out(prunedText(each));
      }
    if (!dryRun && !yes && going.length > 0) {
      const what = `Delete ${sizeText(going)}? This cannot be taken back.`;
      await confirmed(askOnTerminal(io), what, 'Nothing was deleted.');
    }
  };
  const olderThanDays = Number.parseInt(age, 10) * (age.endsWith('w') ? 7 : 1);
  const { runs, younger, exit } = await pruneRuns({
    ...{ folder, olderThanDays, dryRun, confirm, signal: io.signal },
  });
  if (io.json.wanted) {
    await io.json.list('runs');
    for (const each of runs) await io.json.item(each);
    await io.json.end({ younger, exitCode: EXIT[exit].code });
    return exit;
  }
  for (const each of runs) if (said.get(each.runDir) !== each.reason) await io.out(prunedText(each));
  const gone = runs.filter(({ what }) => what === (dryRun ? 'would be deleted' : 'deleted'));
  const kept = runs.length - gone.length;
  await io.out(
    `${dryRun ? 'would be deleted' : 'deleted'}: ${sizeText(gone)}; kept: ${kept}; younger than ${age}: ${younger}\n`,
  );
  return exit;
}

function sizeText(runs: readonly PrunedRun[]): string {
  return `${counted(runs.length, 'run')} (${bytesText(runs.reduce((sum, { bytes }) => sum + bytes, 0))})`;
}

function badText(count: number): string {
  return count === 0 ? '' : `, ${count.toLocaleString('en-US')} of them cannot be read`;
}

/** A run as `--json` prints it. */
function memberOf(run: ListedRun | UnreadableRun): Readonly<Record<string, unknown>> {
  if (run.state === 'unreadable') return { ...run, error: errorMember(run.error) };
  const { counts, error, ...told } = run;
  const rows = { total: totalOf(run), ...counts };
  return { ...told, rows, error: error && errorMember(error) };
}
