import type { SheetPlan } from '../plan/sheet-plan.js';
import { nightText } from './night-text.js';
import { counted, durationText, nounOf } from './wording.js';

/** A plan in sentences: what would be created, what is there, how many calls and how long. Mails are a remark. */
export function planLines(plan: SheetPlan): string[] {
  const { rows, calls, concurrency, latencyMs, measured, durationMs } = plan;
  if (rows === 0) return [];
  const create = objectsText(plan, 'create', sourcesText(plan));
  const exist = objectsText(plan, 'exist');
  const differ = objectsText(plan, 'differ');
  const lines = [`${counted(rows, 'row')} would create ${create === '' ? 'nothing' : create}.`];
  const update = objectsText(plan, 'update');
  if (update !== '') lines.push(`Would be brought to what the sheet says: ${update}.`);
  if (exist !== '')
    lines.push(
      `There already: ${exist}${differ === '' ? '' : `; not as the sheet says, and left as they are: ${differ}`}.`,
    );
  const night = plan.night === undefined ? '' : nightText(plan.night);
  if (night !== '') lines.push(`Until the night of the cut-over: ${night}.`);
  const each = `${latencyMs < 10 ? latencyMs.toFixed(1) : Math.round(latencyMs)} ms a call${measured ? ', as measured' : ''}`;
  lines.push(
    `About ${counted(calls, 'call')}, about ${durationText(durationMs)} with ${concurrency} at once and ${each}.`,
  );
  return lines;
}

/** `3 accounts, 11 users, 11 phone numbers (7 given, 4 searched)`; '' when there are none. */
function objectsText(
  { objects }: SheetPlan,
  which: 'create' | 'exist' | 'differ' | 'update',
  ofNumbers = '',
): string {
  return Object.entries(objects)
    .map(([kind, each]) => ({ kind, noun: nounOf(each.title), count: each[which] ?? 0 }))
    .filter(({ count }) => count > 0)
    .map(({ kind, noun, count }) => counted(count, noun) + (kind === 'number' ? ofNumbers : ''))
    .join(', ');
}

/** Where the numbers come from: ` (7 given, 4 searched)`. */
function sourcesText({ numbers }: SheetPlan): string {
  const sources = Object.entries(numbers).filter(([, count]) => count > 0);
  return ` (${sources.map(([source, count]) => `${count.toLocaleString('en-US')} ${source}`).join(', ')})`;
}
