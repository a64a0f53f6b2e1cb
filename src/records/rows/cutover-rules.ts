import type { RowCheck } from './row-check.js';

/**
 * Columns of the cut-over: a number is staged only where an own carrier routes it, and one that moves is on the account
 * already.
 * @param source where the row's number comes from
 */
export function checkCutover(check: RowCheck, source: string): void {
  const { operationalStatus, byotnCarrierId, movesFrom, holdActivation } = check.values;
  if (source !== 'CARRIER') {
    if (operationalStatus === 'STAGED') {
      const message = `operationalStatus is STAGED, but numberSource is ${source}`;
      const hint =
        'Only a number of your own carrier can be staged: set numberSource to CARRIER, or use holdActivation.';
      check.add('STAGED_NOT_POSSIBLE', 'operationalStatus', message, hint);
    }
    if (byotnCarrierId !== undefined) {
      const message = `byotnCarrierId has no effect: numberSource is ${source}`;
      check.add(
        'NO_EFFECT',
        'byotnCarrierId',
        message,
        'Set numberSource to CARRIER, or leave the cell blank.',
      );
    }
  } else if (operationalStatus === 'STAGED' && holdActivation === true) {
    const message = 'A number cannot be STAGED and have its activation held';
    const hint = 'Leave holdActivation blank: a staged number waits for cutover by itself.';
    check.add('STAGED_NOT_POSSIBLE', 'holdActivation', message, hint);
  }
  if (movesFrom === undefined) return;
  if (source !== 'INVENTORY') {
    const message = `movesFrom is for a number that is on the account already, but numberSource is ${source}`;
    check.add(
      'MOVE_NOT_POSSIBLE',
      'movesFrom',
      message,
      'Leave numberSource blank, and fill in phoneNumber.',
    );
  } else if (check.product === 'NUMBER' && check.values.ringsType === undefined) {
    const message = 'movesFrom is given, but not what the number is to ring';
    check.add('MOVE_NOT_POSSIBLE', 'movesFrom', message, 'Fill in ringsType, and ringsName or ringsId.');
  } else if (holdActivation === true) {
    const message = 'holdActivation has no effect on a number that is on the account already and moves';
    check.add('NO_EFFECT', 'holdActivation', message, 'Leave the cell blank.');
  }
}
