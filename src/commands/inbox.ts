import { EXIT, type Exit, StopError } from '../errors.js';
import { moveBack } from '../inbox/again.js';
import { runInbox } from '../inbox/inbox.js';
import { openInbox } from '../inbox/open.js';
import { inboxSettings } from '../inbox/settings.js';
import type { FileSummary } from '../inbox/summary.js';
import type { InboxProblem, InboxSummary } from '../inbox/tell.js';
import { ownSettings } from '../options.js';
import { counted } from '../results/wording.js';
import type { Io } from '../screen/io.js';
import { errorText, oneLine } from '../screen/plain-text.js';
import { type Run, screenOf } from './command.js';

export const run: Run = async (args, io) => {
  const { words, flags } = args;
  const [root = ''] = words;
  const { once, watch, retry = [], 'overlap-ok': overlapOk } = ownSettings('inbox', flags);
  const settings = inboxSettings(flags);
  if (!once && !watch && retry.length === 0)
    throw new StopError(
      'USAGE',
      'An inbox is worked on once, or watched.',
      'Give --once (for cron) or --watch (for a service).',
    );
  const { json } = await screenOf(args, io);
  io.json.know({ inbox: root });
  try {
    if (retry.length > 0) await moveAllBack(root, retry, io);
    if (!once && !watch) return await endOfRetry(json, io);
    const onEvent = (event: InboxSummary) => {
      for (const problem of event.problems ?? []) io.err(problemText(problem));
      if (json && watch) void io.out(`${JSON.stringify(event)}\n`);
      else if (!json) for (const file of event.files) io.say(fileText(file));
    };
    const defaults = { flags, env: io.env };
    const { summary, exit, notTold } = await runInbox({
      root,
      settings,
      defaults,
      signal: io.signal,
      onEvent,
    });
    for (const failed of notTold) io.err(`Not told: ${oneLine(failed)}\n`);
    // Cron mails what is printed: nothing is no news.
    const isNews = summary.nothing !== true || exit !== 'done';
    if (once && json && (isNews || io.isTerminal))
      await io.json.end({ ...summary, ...(notTold.length > 0 ? { notTold } : {}) });
    else if (once && !isNews && io.isTerminal) io.say(`Nothing to do in ${root}.\n`);
    return exit;
  } catch (error) {
    if (overlapOk && error instanceof StopError && error.code === 'LOCKED') return 'done';
    throw error;
  }
};

async function moveAllBack(root: string, names: readonly string[], io: Io): Promise<void> {
  const inbox = openInbox(root, true);
  try {
    for (const name of names) io.err(`failed/${await moveBack(root, name)} is in working/ again.\n`);
  } finally {
    inbox.close();
  }
}

async function endOfRetry(json: boolean, io: Io): Promise<Exit> {
  if (json) await io.json.end({ exitCode: EXIT.done.code });
  return 'done';
}

function problemText({ folder, ...problem }: InboxProblem): string {
  return errorText({
    ...problem,
    message: folder === null ? problem.message : `${folder}: ${problem.message}`,
  });
}

function fileText({ name, stage, directory, rows, reason, next, warnings }: FileSummary): string {
  const counts = Object.entries(rows ?? {}).flatMap(([status, count]) =>
    status === 'total' || count === 0 ? [] : [`${count} ${status}`],
  );
  const lines = [
    `${stage}: ${name}${rows === null ? '' : `: ${counted(rows['total'] ?? 0, 'row')}, ${counts.join(', ')}`}`,
    `  ${directory}`,
    ...(reason === null ? [] : [`  ${reason}`]),
    ...warnings.map((warning) => `  ${warning}`),
    ...(stage === 'failed' ? next.map((step) => `  → ${step}`) : []),
  ];
  return `${lines.map(oneLine).join('\n')}\n`;
}
