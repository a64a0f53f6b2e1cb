import { type ListedRun, totalOf, type UnreadableRun, type Writer } from '../results/run-report.js';
import { bytesText, counted, placeText, timeText } from '../results/wording.js';
import type { FoundRow } from '../run/find.js';
import type { PrunedRun } from '../run/prune.js';
import { oneLine } from './plain-text.js';

/** A run in a list: when, which sheets, where to, rows by status, who, and what is to be said of it. */
export function runText(run: ListedRun | UnreadableRun): string {
  const first = `${oneLine(run.runDir)}  ${run.state}`;
  if (run.state === 'unreadable')
    return `${first}\n  ${oneLine(run.error.message)}\n  ${oneLine(run.error.hint)}\n`;
  const { kind, environment, baseUrl, partitionId, sheets, startedAt, parts, counts } = run;
  const statuses = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([status, count]) => `${count.toLocaleString('en-US')} ${status}`);
  const where = [environment === 'custom' ? `custom (${baseUrl})` : environment];
  if (partitionId !== null) where.push(`partition ${partitionId}`);
  const lines = [
    first,
    `${timeText(startedAt)}  ${kind} of ${sheets.join(', ')}${kind === 'validate' ? '' : ` in ${where.join(', ')}`}`,
    `${counted(totalOf(run), 'row')}${statuses.length === 0 ? '' : `: ${statuses.join(', ')}`}`,
    `by ${[...new Set(parts.map(writerText))].join('; then ') || 'somebody who is not known'}`,
    ...saidOf(run),
  ];
  return `${lines.map(oneLine).join('\n  ')}\n`;
}

function writerText({ user, host, apiUser, version }: Writer): string {
  return `${user} on ${host}${apiUser === null ? '' : `, API user ${apiUser}`}, version ${version}`;
}

function saidOf(run: ListedRun): string[] {
  const { parts, stoppedBy, error, undoneAt, partUndoneAt, undoneBy, tailMissing } = run;
  const said: string[] = [];
  const resumed = parts.slice(1).map(({ startedAt }) => timeText(startedAt));
  if (resumed.length > 0) said.push(`resumed ${resumed.join(', ')}`);
  if (stoppedBy !== null && stoppedBy !== 'error') said.push(`stopped: ${stoppedBy}`);
  if (error !== null) said.push(`stopped: ${error.message}`);
  const by = undoneBy === null ? '' : ` by ${writerText(undoneBy)}`;
  if (undoneAt !== null) said.push(`undone ${timeText(undoneAt)}${by}`);
  else if (partUndoneAt !== null) said.push(`rows of it undone ${timeText(partUndoneAt)}${by}`);
  if (tailMissing) said.push('the end of its journal is missing');
  return said;
}

/** A row that was found: where, what became of it and when; then where it has the text, and its IDs. */
export function foundText(found: FoundRow): string {
  const { account, status, at, column, value, ids } = found;
  const facts = new Map<string, string>([
    ['account', account ?? ''],
    [column, value],
    ...Object.entries(ids),
  ]);
  // the text may be in the account's number itself
  if (column === 'accountNumber') facts.delete('account');
  const told = [...facts].filter(([, text]) => text !== '').map(([name, text]) => `${name} ${text}`);
  const place = `${placeText({ ...found, column: null })}: ${status}, ${timeText(at)}`;
  return `  ${oneLine(place)}\n    ${oneLine(told.join(', '))}\n`;
}

/** What becomes of a run directory that is old enough. */
export function prunedText({ runDir, state, lastAt, bytes, what, reason }: PrunedRun): string {
  const when = lastAt === null ? '' : `, ${timeText(lastAt)}`;
  const why = reason === '' ? '' : `: ${reason}`;
  return `${oneLine(`${what}  ${runDir}  ${state}${when}, ${bytesText(bytes)}${why}`)}\n`;
}
