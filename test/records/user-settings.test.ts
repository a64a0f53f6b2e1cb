import { describe, expect, it } from 'vitest';
import { planRow } from '../../src/plan/plan.js';
import { completeValues } from '../../src/records/complete.js';
import { anotherUser, brief, type Cells, example, validate, validateRows } from './sheet.js';

const found = (...rows: Cells[]) => {
  const { problems, late } = validateRows(...rows);
  return [...problems, ...late].map(brief);
};
const second = (changes: Cells): Cells => ({
  ...{ product: 'BCC', accountNumber: 'SP-1001', extension: '4000', phoneNumber: '8015551002' },
  ...{ address: '333 S 520 W', city: 'Lindon', state: 'UT', postalCode: '84042' },
  ...changes,
});
/** The kinds of the resources of a row, as it is planned. */
function kinds(cells: Cells): string[] {
  const record = validateRows(cells).checked[0]?.record;
  if (record?.product == null) throw new Error('the row is not valid');
  const values = completeValues(record, record.values, record.values);
  return planRow(record.product, values, record.searchIndex, () => undefined).resources.map(
    ({ kind }) => kind,
  );
}

describe('what a row says of how its user treats calls', () => {
  it('plans nothing where no cell says anything', () => {
    expect(kinds(example('BCC'))).toEqual(['account', 'user', 'number', 'reference', 'device']);
    expect(kinds(example('HOME_PHONE'))).not.toContain('userSettings');
    expect(kinds(example('SIP_TRUNK'))).not.toContain('callingPlan');
  });

  it.each<Cells>([
    { callWaitingEnabled: 'FALSE' },
    { busyAction: 'VOICEMAIL' },
    { noAnswerTimeoutSeconds: '30' },
    { activeCallHandling: 'RING_LINE' },
    { callerIdVisible: 'FALSE' },
    { callerIdNumber: '8015551001' },
  ])('plans the settings of the user for %j', (cells) => {
    expect(kinds(example('BCC', cells))).toContain('userSettings');
    expect(kinds(example('HOME_PHONE', { ...cells, callerIdNumber: '' }))).toContainEqual(expect.any(String));
  });

  it('plans a calling plan of the account, the user and the trunk', () => {
    const plans = { accountCallingPlan: 'Unlimited', callingPlan: 'Basic 500' };
    expect(kinds(example('BCC', plans)).filter((kind) => kind === 'callingPlan')).toHaveLength(2);
    expect(kinds(example('SIP_TRUNK', { callingPlan: 'Basic 500' }))).toContain('callingPlan');
    expect(kinds(example('ACCOUNT', { accountCallingPlan: 'Unlimited' }))).toEqual([
      'account',
      'callingPlan',
    ]);
  });

  it('asks for the number to forward to', () => {
    expect(found(example('BCC', { busyAction: 'FORWARD' }))).toEqual(['row 2 busyForwardTo REQUIRED']);
    expect(found(example('HOME_PHONE', { activeCallHandling: 'FORWARD' }))).toEqual([
      'row 2 forwardToPhoneNumber REQUIRED',
    ]);
    expect(found(example('BCC', { noAnswerForwardTo: '8015550100' }))).toEqual([
      'row 2 noAnswerForwardTo NO_EFFECT',
    ]);
    // the time of the action that a user has by itself
    expect(found(example('BCC', { noAnswerTimeoutSeconds: '30' }))).toEqual([]);
  });

  it('is said in the first row of the user; a later one inherits it or agrees', () => {
    const first = example('BCC', { busyAction: 'BUSY' });
    expect(found(first, second({}))).toEqual(['row 3 assignAsCallerId NOT_CALLER_ID']);
    expect(found(first, second({ busyAction: 'BUSY', assignAsCallerId: 'FALSE' }))).toEqual([]);
    expect(found(first, second({ busyAction: 'VOICEMAIL', assignAsCallerId: 'FALSE' }))).toEqual([
      'row 3 busyAction USER_CONFLICT',
    ]);
    // a blank cell of a user means nothing, not what it means for a line
    expect(found(example('BCC'), second({ busyAction: 'VOICEMAIL', assignAsCallerId: 'FALSE' }))).toEqual([
      'row 3 busyAction USER_CONFLICT',
    ]);
  });
});

describe('the caller ID that a row names for its user', () => {
  it('is on the account, or no row is known to bring it', () => {
    const other = anotherUser(1, { callerIdNumber: '8015551001' });
    expect(found(example('BCC'), other)).toEqual([]);
    expect(found(anotherUser(1, { callerIdNumber: '8015559999' }))).toEqual([
      'row 2 callerIdNumber NUMBER_NOT_IN_SHEET',
    ]);
    expect(
      found(example('BCC'), anotherUser(1, { accountNumber: 'SP-9', callerIdNumber: '8015551001' })),
    ).toEqual(['row 3 callerIdNumber NUMBER_OF_OTHER_ACCOUNT']);
  });

  it('takes it from the numbers that ring the user', () => {
    const { checked } = validateRows(example('BCC', { callerIdNumber: '8015551001' }), second({}));
    const complete = checked.map(({ record }) =>
      completeValues(record, checked[0]?.record.values ?? {}, checked[0]?.record.values ?? {}),
    );
    expect(complete.map(({ assignAsCallerId }) => assignAsCallerId)).toEqual([false, false]);
    expect(found(example('BCC', { callerIdNumber: '8015551001' }), second({}))).toEqual([]);
  });

  it('contradicts a row that says TRUE of another number', () => {
    expect(found(example('BCC', { callerIdNumber: '8015551002', assignAsCallerId: 'TRUE' }))).toContain(
      'row 2 callerIdNumber CALLER_ID_TAKEN',
    );
    const named = example('BCC', { callerIdNumber: '8015551001' });
    expect(found(named, second({ assignAsCallerId: 'TRUE' }))).toEqual([
      'row 3 assignAsCallerId CALLER_ID_TAKEN',
    ]);
  });

  it('is needed to be shown or not, unless the row has a number for it', () => {
    expect(found(example('BCC', { callerIdVisible: 'FALSE' }))).toEqual([]);
    expect(found(example('BCC', { callerIdVisible: 'FALSE', assignAsCallerId: 'FALSE' }))).toEqual([
      'row 2 callerIdNumber REQUIRED',
    ]);
    const without: Cells = { product: 'BCC', accountNumber: 'SP-1001' };
    const user = { firstName: 'Bobby', lastName: 'Smith', extension: '4001', userProductPlan: 'STANDARD' };
    expect(found(example('BCC'), { ...without, ...user, callerIdVisible: 'TRUE' })).toEqual([
      'row 3 callerIdNumber REQUIRED',
    ]);
  });

  it('is read for a business line too, whose word for it is another', () => {
    const header = ['accountNumber', 'Caller ID Number', 'lineName', 'product'];
    const rows = [
      {
        ...{ accountNumber: 'SP-1', 'Caller ID Number': '8015551001', lineName: 'Front desk' },
        product: 'BUSINESS_LINE',
      },
    ];
    const { checked, problems } = validate([{ header, rows: rows as Cells[] }]);
    expect(checked[0]?.record.values.callerIdPhoneNumber).toBe('18015551001');
    expect(problems.map(brief)).not.toContain('row 2 callerIdNumber NOT_USED');
  });
});

describe('the language of a user', () => {
  it.each([
    ['en-US', 'en-US'],
    ['fr_ca', 'fr-CA'],
    ['French', 'fr-CA'],
    ['Español', 'es-MX'],
    ['pt-br', 'pt-BR'],
  ])('%s is %s', (userLanguage, tag) => {
    expect(validateRows(example('BCC', { userLanguage })).checked[0]?.record.values.userLanguage).toBe(tag);
  });

  it('is a tag', () => {
    expect(found(example('BCC', { userLanguage: 'Klingon' }))).toEqual([
      'row 2 userLanguage INVALID_CHARACTER',
    ]);
  });
});
