import type { ScreenSettings } from '../options.js';
import { dayOf, EVENT_TYPES, meaningOf, reasonOf } from '../plan/events.js';
import { counted, nounOf, placeText } from '../results/wording.js';
import type { FollowedChange, RunEvent } from '../run/events.js';
import type { FollowReport } from '../run/follow-run.js';
import { shellPath } from '../shell-word.js';
import type { Io } from './io.js';
import { oneLine } from './plain-text.js';

/** That something is done, or goes on, that nobody has heard of before is no news of its own: there are counts of it. */
function matters({ event, from, to }: FollowedChange): boolean {
  return from !== null || event === 'PORT_REQUEST' || ['refused', 'held'].includes(meaningOf(to));
}

/** Changes that are told one by one, also to a program. */
const MAX_TOLD = 1000;

/** Tells changes as they are found, as many as somebody may read. */
export class ChangeTeller {
  readonly #io: Io;
  readonly #isQuiet: boolean;
  readonly #told: FollowedChange[] = [];
  #matter = 0;

  constructor(io: Io, { quiet }: ScreenSettings) {
    this.#io = io;
    this.#isQuiet = quiet;
  }

  /** those that were told */
  get told(): readonly FollowedChange[] {
    return this.#told;
  }

  hear(event: RunEvent): void {
    if (event.type !== 'changed' || !matters(event.change) || ++this.#matter > MAX_TOLD) return;
    this.#told.push(event.change);
    if (!this.#isQuiet) this.#io.say(`${oneLine(changeText(event.change))}\n`);
  }

  /** Says how many were not told. */
  end(): void {
    const more = this.#matter - this.#told.length;
    if (more > 0) this.#io.say(`... and ${counted(more, 'more change')}: the results have all\n`);
  }
}

/** A change in a line. */
function changeText(change: FollowedChange): string {
  const { phoneNumber, event, from, to, focDate, code, message, correction } = change;
  const number = phoneNumber.replace(/^1?(...)(...)(....)$/, '$1-$2-$3');
  const way = from === null || from === to ? to : `${from} → ${to}`;
  const foc = focDate === null ? '' : `, FOC date ${dayOf(focDate)}`;
  const reason = reasonOf({ ...(code ? { code } : {}), ...(message ? { message } : {}) });
  const why = reason === '' ? '' : `: ${reason}`;
  const proposed = correction === null ? '' : ` (proposed: ${correction})`;
  return `${placeText(change)}: ${number} ${nounOf(EVENT_TYPES[event])} ${way}${foc}${why}${proposed}`;
}

/** Where all of it stands: by type and status, then what is still to come. */
export function standingText({
  runDir,
  statuses,
  events,
  unheard,
  rows,
  ready,
  results,
}: FollowReport): string {
  const lines: string[] = [];
  const types = Object.entries(statuses).map(([type, counts]) => {
    const of = Object.entries(counts).map(([status, count]) => `${count.toLocaleString('en-US')} ${status}`);
    return `${EVENT_TYPES[type as keyof typeof EVENT_TYPES]}: ${of.join(', ')}`;
  });
  lines.push(...types);
  const open = [
    ...(events.refused > 0 ? [`${events.refused.toLocaleString('en-US')} rejected`] : []),
    ...(events['under way'] > 0 ? [`${events['under way'].toLocaleString('en-US')} still under way`] : []),
    ...(events.held > 0 ? [`${events.held.toLocaleString('en-US')} on hold`] : []),
    ...(rows['waiting'] ? [`${counted(rows['waiting'], 'row')} waiting`] : []),
  ];
  lines.push(open.length === 0 ? 'Nothing is under way any more.' : `${open.join(', ')}.`);
  if (ready > 0)
    lines.push(`${counted(ready, 'row')} can go on now: alianza-import resume ${shellPath(runDir)}`);
  if (unheard > 0) lines.push(`The platform has told nothing of ${counted(unheard, 'number')} so far.`);
  if (results !== null) lines.push(`results: ${results}`);
  return `${lines.join('\n')}\n`;
}
