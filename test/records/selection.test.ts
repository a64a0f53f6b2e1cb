import { describe, expect, it } from 'vitest';
import type { RowValues } from '../../src/records/columns.js';
import { describeHeaders, type HeaderNames } from '../../src/records/headers.js';
import type { ImportRecord } from '../../src/records/record.js';
import { Conditions, readOnly, type SelectableRow } from '../../src/records/selection.js';

interface Sheet {
  readonly header: readonly string[];
  readonly headerNames?: HeaderNames;
}

/** Conditions on a sheet, and a way to ask about its rows. */
function conditionsOn({ header, headerNames = {} }: Sheet, only: readonly string[], ofEarlierRun = false) {
  const source = { id: 1, headers: describeHeaders({ header }, headerNames) };
  const conditions = new Conditions(readOnly(only), [source], ofEarlierRun);
  return {
    conditions,
    hold: (cells: readonly string[], values: RowValues = {}, over: Partial<SelectableRow> = {}, row = 2) =>
      conditions.hold(
        {
          ...{ source: 1, cells, status: 'pending', result: null },
          record: { file: '/in/acme.csv', sheet: null, row, values } as unknown as ImportRecord,
          ...over,
        },
        () => ({ country: 'USA', numberSource: 'SEARCH', ...values }),
      ),
  };
}

describe('--only', () => {
  it.each([
    ['wave=1', ['1']],
    ['wave=1,2 , 3', ['1', '2', '3']],
    ['name="Acme, Inc.",Other', ['Acme, Inc.', 'Other']],
    ['name=" say ""hi"" "', [' say "hi" ']],
    ['name=a=b', ['a=b']],
    ['name=5" pipe', ['5" pipe']],
  ])('%s names its values', (text, values) => {
    expect(readOnly([text])).toEqual([{ name: text.slice(0, text.indexOf('=')), values }]);
  });

  it.each(['wave', '=1', 'wave=', 'wave=1,', 'wave=,1', 'name="Acme'])('%s is refused', (text) => {
    expect(() => readOnly([text])).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', exit: 'nothingDone' }),
    );
  });

  it("finds the sheet's own column, whatever the letters of header and cell", () => {
    const { hold } = conditionsOn({ header: ['Cut-over wave', 'accountNumber'] }, ['cutover_wave=Pilot']);
    expect(hold(['pilot', 'A'])).toBe(true);
    expect(hold(['pilot 2', 'A'])).toBe(false);
    expect(hold(['', 'pilot'])).toBe(false);
  });

  it('takes an account number as it is, with its zeros and capitals', () => {
    const { hold } = conditionsOn({ header: ['accountNumber'] }, ['accountNumber=0012']);
    expect(hold(['0012'], { accountNumber: '0012' })).toBe(true);
    expect(hold(['12'], { accountNumber: '12' })).toBe(false);
    const letters = conditionsOn({ header: ['accountNumber'] }, ['accountNumber=SP-1']);
    expect(letters.hold(['sp-1'], { accountNumber: 'sp-1' })).toBe(false);
  });

  it.each(['8015550100', '(801) 555-0100', '+1 801.555.0100', '18015550100'])(
    'takes the phone number %s for the same',
    (text) => {
      const { hold } = conditionsOn({ header: ['Phone #'], headerNames: { 'Phone #': 'phoneNumber' } }, [
        `phoneNumber=${text}`,
      ]);
      expect(hold(['801-555-0100'], { phoneNumber: '18015550100' })).toBe(true);
      expect(hold(['801-555-0101'], { phoneNumber: '18015550101' })).toBe(false);
    },
  );

  it('compares with what the cell means, with what it says, and with what a blank one means', () => {
    const header = ['timeZone', 'blockEmail', 'country'];
    const row = ['MST', 'yes', ''] as const;
    const values: RowValues = { timeZone: 'US/Mountain', blockEmail: true };
    for (const only of ['timeZone=US/Mountain', 'timeZone=MST', 'blockEmail=TRUE', 'country=United States'])
      expect([only, conditionsOn({ header }, [only]).hold(row, values)]).toEqual([only, true]);
    for (const only of ['blockEmail=no', 'country=CAN', 'timeZone=US/Eastern'])
      expect([only, conditionsOn({ header }, [only]).hold(row, values)]).toEqual([only, false]);
    expect(conditionsOn({ header }, ['numberSource=SEARCH']).hold(row, values)).toBe(true);
  });

  it('finds a column by the header of the sheet, by our name and by a synonym', () => {
    const sheet = { header: ['BillTo'], headerNames: { BillTo: 'accountNumber' } } as const;
    for (const name of ['BillTo', 'billto', 'accountNumber', 'Account number', 'customer number'])
      expect([name, conditionsOn(sheet, [`${name}=7`]).hold(['7'], { accountNumber: '7' })]).toEqual([
        name,
        true,
      ]);
  });

  it.each([
    ['row=17', [17]],
    ['row=3,17', [3, 17]],
    ['inputRow=16 - 18', [16, 17, 18]],
  ])('%s names rows by the number that the spreadsheet shows', (only, rows) => {
    const { hold } = conditionsOn({ header: ['accountNumber'] }, [only]);
    const found = Array.from({ length: 30 }, (_, at) => at).filter((row) => hold(['A'], {}, {}, row));
    expect(found).toEqual(rows);
  });

  it("leaves the name row to the sheet's own column of that name", () => {
    const sheet = { header: ['Row', 'accountNumber'] };
    expect(conditionsOn(sheet, ['row=B']).hold(['b', 'A'], {}, {}, 17)).toBe(true);
    expect(conditionsOn(sheet, ['row=17']).hold(['b', 'A'], {}, {}, 17)).toBe(false);
    expect(conditionsOn(sheet, ['inputRow=17']).hold(['b', 'A'], {}, {}, 17)).toBe(true);
  });

  it('tells rows of several sheets apart by file and worksheet', () => {
    const record = { file: '/in/acme.xlsx', sheet: 'Users', row: 2, values: {} } as unknown as ImportRecord;
    const sheet = { header: ['accountNumber'] };
    for (const only of ['inputSheet=users', 'inputFile=acme.xlsx', 'inputFile=/in/acme.xlsx'])
      expect([only, conditionsOn(sheet, [only]).hold(['A'], {}, { record })]).toEqual([only, true]);
    expect(conditionsOn(sheet, ['inputSheet=Phones']).hold(['A'], {}, { record })).toBe(false);
  });

  it('must hold together with the others', () => {
    const { hold } = conditionsOn({ header: ['wave', 'site'] }, ['wave=1,2', 'site=Provo']);
    expect([hold(['2', 'Provo']), hold(['2', 'Orem']), hold(['3', 'Provo'])]).toEqual([true, false, false]);
  });

  it('knows the results of an earlier run, and the number that it found', () => {
    const done = { status: 'failed', result: { accountId: 'X9', assignedPhoneNumber: '18015550100' } };
    const sheet = { header: ['accountNumber'] };
    for (const only of ['status=failed', 'accountId=X9', 'phoneNumber=801-555-0100'])
      expect([only, conditionsOn(sheet, [only], true).hold(['A'], {}, done)]).toEqual([only, true]);
    expect(() => conditionsOn(sheet, ['status=failed'])).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('once there is a run') }),
    );
  });

  it.each([
    ['wvae=1', 'Did you mean Wave?'],
    ['acountNumber=1', 'Did you mean accountNumber?'],
    ['colour=red', 'The sheet has Wave, accountNumber.'],
    ['sipPassword=x', 'Select by another column.'],
    ['row=17b', 'Write row=17, row=17,20 or row=17-40.'],
  ])('%s is refused with what to do', (only, hint) => {
    expect(() => conditionsOn({ header: ['Wave', 'accountNumber'] }, [only])).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', hint }),
    );
  });

  it('tells which values no row has, and what there is', () => {
    const { conditions, hold } = conditionsOn({ header: ['Wave', 'Site'] }, ['wave=1,9', 'site=Provo']);
    hold(['1', 'Orem']);
    hold(['2', 'Provo']);
    expect(conditions.unmet).toEqual(['wave = 9']);
    expect(conditions.nothingSelected()).toMatchObject({
      code: 'NOTHING_SELECTED',
      message: expect.stringContaining('together'),
    });
    const none = conditionsOn({ header: ['Wave'] }, ['wave=Acme, Inc.']);
    none.hold(['1']);
    none.hold(['2']);
    expect(none.conditions.nothingSelected()).toMatchObject({
      message: 'No row has wave = Acme or wave = Inc., so nothing was done.',
      hint: `The sheet has "1", "2". If the comma belongs to the value: --only 'wave="Acme, Inc."'.`,
    });
  });
});
