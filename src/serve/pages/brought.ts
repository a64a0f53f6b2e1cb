import { planLines } from '../../results/plan-text.js';
import { counted } from '../../results/wording.js';
import type { SheetCheck } from '../sheets/checks.js';

/** What the valid rows of a sheet would bring about, in sentences, and why some would not; none where none is valid. */
export function broughtLines({ plan, valid }: Pick<SheetCheck, 'plan' | 'valid'>): string[] {
  if (plan === null) return [];
  // a plan counts no row whose account or user is not usable
  const skipped = valid - plan.rows;
  const why = 'the row that brings the account or the user is not valid';
  return [
    ...planLines(plan),
    ...(skipped > 0 ? [`${counted(skipped, 'valid row')} would be skipped: ${why}.`] : []),
  ];
}
