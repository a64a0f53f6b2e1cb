import { describe, expect, it } from 'vitest';
import { type Cells, example, validateRows } from './sheet.js';

/** Checks a BCC row that differs from its example, and gives the codes and columns of its problems. */
function problems(changes: Cells): string[] {
  return validateRows(example('BCC', changes)).problems.map(({ code, column }) => `${code} ${column}`);
}

const STAGED = { numberSource: 'CARRIER', operationalStatus: 'STAGED' };
const WITHOUT_ADDRESS = {
  address: '',
  city: '',
  state: '',
  postalCode: '',
  secondaryLocationDescription: '',
  unit: '',
};

describe('columns of the cut-over', () => {
  it.each<[string, Cells]>([
    ['a staged number of an own carrier', STAGED],
    [
      'a number of an own carrier, in service at once',
      { numberSource: 'CARRIER', byotnCarrierId: 'carrier-1' },
    ],
    ['a number of the inventory that is ACTIVE', { operationalStatus: 'ACTIVE', cutoverGroup: 'Lindon' }],
    ['a number that moves', { movesFrom: 'user 4001' }],
    ['a number that moves, without an address: it has one', { movesFrom: 'nothing', ...WITHOUT_ADDRESS }],
  ])('%s is fine', (_what, changes) => {
    expect(problems(changes)).toEqual([]);
  });

  it.each<[string, Cells, string]>([
    [
      'STAGED without an own carrier',
      { operationalStatus: 'STAGED' },
      'STAGED_NOT_POSSIBLE operationalStatus',
    ],
    ['STAGED and held', { ...STAGED, holdActivation: 'TRUE' }, 'STAGED_NOT_POSSIBLE holdActivation'],
    ['a carrier without its source', { byotnCarrierId: 'carrier-1' }, 'NO_EFFECT byotnCarrierId'],
    ['no number of an own carrier', { ...STAGED, phoneNumber: '' }, 'REQUIRED phoneNumber'],
    ['a move of a number that is new', { ...STAGED, movesFrom: 'user 4001' }, 'MOVE_NOT_POSSIBLE movesFrom'],
    [
      'a move of a number that is searched',
      { phoneNumber: '', movesFrom: 'user 4001' },
      'MOVE_NOT_POSSIBLE movesFrom',
    ],
    [
      'a hold of one that moves',
      { movesFrom: 'user 4001', holdActivation: 'TRUE' },
      'NO_EFFECT holdActivation',
    ],
    ['words that say nothing', { movesFrom: 'somebody' }, 'NOT_A_TARGET movesFrom'],
  ])('%s', (_what, changes, problem) => {
    expect(problems(changes)).toEqual([problem]);
  });
});
