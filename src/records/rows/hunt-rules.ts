import { comparable } from '../across/keys.js';
import { huntMembersOf } from '../cells/hunt-members.js';
import type { RowCheck } from './row-check.js';

/** Why a hunt group does not take a call, as the API names it, with the columns of what becomes of the call. */
export const HUNT_FAILOVERS = [
  { reason: 'NO_ANSWER', action: 'huntNoAnswerAction', forwardTo: 'huntNoAnswerForwardTo' },
  { reason: 'BUSY', action: 'huntBusyAction', forwardTo: 'huntBusyForwardTo' },
  { reason: 'UNREGISTERED', action: 'huntUnregisteredAction', forwardTo: 'huntUnregisteredForwardTo' },
] as const;

/** API description, HuntGroup: what its strategy needs, and each line once. What its actions need is seen to elsewhere. */
export function checkHunting(check: RowCheck): void {
  const { huntStrategy, huntMembers, huntRingTimeoutSeconds } = check.values;
  if (huntStrategy === 'LINEAR' || huntStrategy === 'SIMULTANEOUS')
    check.require('huntRingTimeoutSeconds', `${huntStrategy} rings its members for one common time`);
  const members = huntMembersOf(huntStrategy, huntMembers, huntRingTimeoutSeconds);
  checkTwice(
    check,
    members.map(({ line }) => line),
  );
  if (huntStrategy === 'SEQUENTIAL') {
    const timeless = members.find(({ seconds }) => seconds === undefined);
    if (timeless !== undefined && !check.isBad('huntRingTimeoutSeconds')) {
      const because = `"${timeless.line}" has no time of its own`;
      const hint = `Fill in huntRingTimeoutSeconds, or write the seconds behind the member: ${timeless.line}:15.`;
      check.require('huntRingTimeoutSeconds', because, hint);
    }
  }
  const silent = members.find(({ seconds }) => seconds === 0);
  if (huntRingTimeoutSeconds === 0)
    addNoTime(check, 'huntRingTimeoutSeconds', 'The members ring for 0 seconds');
  else if (huntStrategy === 'SEQUENTIAL' && silent !== undefined)
    addNoTime(check, 'huntMembers', `"${silent.line}" rings for 0 seconds`);
}

function checkTwice(check: RowCheck, lines: readonly string[]): void {
  const seen = new Set<string>();
  for (const line of lines) {
    if (seen.has(comparable(line))) {
      const message = `The line "${line}" is named twice`;
      check.add('HUNT_MEMBER_TWICE', 'huntMembers', message, 'Name each line of the group once.');
      return;
    }
    seen.add(comparable(line));
  }
}

function addNoTime(check: RowCheck, column: 'huntRingTimeoutSeconds' | 'huntMembers', message: string): void {
  check.add('NO_RING_TIME', column, message, 'Check that this is meant; 15 to 30 seconds are usual.');
}
