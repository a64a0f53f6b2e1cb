import type { NightCounts } from '../plan/sheet-plan.js';

/** `2 numbers move at cut-over; 1 is staged; 3 are held`; '' when none waits. */
export function nightText({ moves, staged, held }: NightCounts): string {
  const parts = [
    [moves, moves === 1 ? 'moves at cut-over' : 'move at cut-over'],
    [staged, `${staged === 1 ? 'is' : 'are'} staged`],
    [held, `${held === 1 ? 'is' : 'are'} held`],
  ] as const;
  return parts
    .filter(([count]) => count > 0)
    .map(([count, what], at) => {
      const noun = at > 0 ? '' : count === 1 ? ' number' : ' numbers';
      return `${count.toLocaleString('en-US')}${noun} ${what}`;
    })
    .join('; ');
}
