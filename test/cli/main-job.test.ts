import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import ExcelJS from 'exceljs';
import { describe, it } from 'vitest';
import { expectExit } from '../fixtures/expect-exit.js';
import { MIXED_SAMPLE } from '../fixtures/mixed-sample.js';
import { type Credentials, differences, plain } from '../fixtures/oracle.js';
import { csvOf, mixedRows, type SheetRow } from '../fixtures/rows.js';
import { type Cells, parseCsv, placeOf, readWorkbook, SAMPLES } from './place.js';

/** The header names of `home-phone.csv`, and what its words mean. */
const HOME_PHONE_HEADERS: Cells = {
  Service: 'product',
  'Acct #': 'accountNumber',
  'Account Name': 'accountName',
  'Time Zone': 'timeZone',
  'First Name': 'firstName',
  'Last Name': 'lastName',
  Phone: 'phoneNumber',
  'Street Address': 'address',
  City: 'city',
  'Unit #': 'unit',
  CNAM: 'customerName',
  MAC: 'macAddress',
};

const sample = (name: string): SheetRow[] => parseCsv(readFileSync(join(SAMPLES, name), 'utf8'));

function homePhoneRows(): SheetRow[] {
  return sample('home-phone.csv').map((cells) => {
    const row = Object.fromEntries(
      Object.entries(cells).map(([header, value]) => [HOME_PHONE_HEADERS[header] ?? header, value]),
    );
    return { ...row, product: 'HOME_PHONE', timeZone: `US/${row['timeZone']}` };
  });
}

const mixedSampleRows = (): SheetRow[] =>
  Object.entries(MIXED_SAMPLE).flatMap(([product, rows]) => rows.map((row) => ({ ...row, product })));

const digits = (phone = '') => {
  const only = phone.replaceAll(/\D/g, '');
  return only.length === 10 ? `1${only}` : only;
};
const macOf = (mac = '') => mac.replaceAll(/[^0-9A-Fa-f]/g, '').toLowerCase();

/**
 * What a sample's rows and their results are not on the platform, in words. Rows may share accounts and users: the
 * first row of one names it.
 */
function sampleDifferences(
  state: ReturnType<typeof plain>,
  rows: readonly SheetRow[],
  results: readonly Cells[],
): string[] {
  const found: string[] = [];
  const given = new Set(rows.map(({ phoneNumber }) => digits(phoneNumber)));
  const seen = {
    accounts: new Set(),
    users: new Set(),
    numbers: new Set(),
    devices: new Set(),
    lines: new Set(),
  };
  const trunks = new Set();
  let ports = 0;
  rows.forEach((row, at) => {
    const result = results[at] ?? {};
    const check = (what: string, is: unknown, wanted: unknown) => {
      if (is !== wanted) found.push(`row ${at + 2}: ${what} is ${String(is)}, not ${String(wanted)}`);
    };
    const first = rows.find((each) => each.accountNumber === row.accountNumber) ?? row;
    check('status', result['status'], 'created');
    check('accountNumber', result['accountNumber'] ?? result['Acct #'], row.accountNumber);
    const account = state.accounts.find(({ id }) => id === result['accountId']);
    seen.accounts.add(account?.id);
    check('account', account?.accountNumber, row.accountNumber);
    check('accountName', account?.accountName, first.accountName);
    check('timeZone', account?.timeZone, first.timeZone);
    check('accountType', account?.accountType, row.product === 'HOME_PHONE' ? 'SIMPLE' : 'ADVANCED');

    const user = state.users.find(({ id }) => id === result['userId']);
    const line = state.businessLines.find(({ id }) => id === result['businessLineId']);
    const trunk = state.sipTrunks.find(({ id }) => id === result['sipTrunkId']);
    const group = state.huntGroups.find(({ id }) => id === result['huntGroupId']);
    const target = () =>
      [...state.users, ...state.businessLines, ...state.sipTrunks, ...state.huntGroups].find((each) =>
        Object.values(each).includes(row.ringsName ?? ''),
      );
    const owner = {
      ...{ BCC: user, HOME_PHONE: user, BUSINESS_LINE: line, SIP_TRUNK: trunk, HUNT_GROUP: group },
      NUMBER: target(),
    }[row.product ?? ''];
    if (row.product !== 'NUMBER' || row.ringsName)
      check('account of its owner', owner?.accountId, account?.id);
    if (row.product === 'BUSINESS_LINE') {
      check('lineName', line?.name, row.lineName);
      seen.lines.add(line?.id);
      const port = state.portAssignments.find(({ id }) => id === line?.id);
      if (port) ports += 1;
      check('port', port?.macAddress.toLowerCase(), row.macAddress ? macOf(row.macAddress) : undefined);
    } else if (row.product === 'SIP_TRUNK') {
      check('trunkName', trunk?.trunkName, row.trunkName);
      trunks.add(trunk?.id);
    } else if (row.product === 'HUNT_GROUP') {
      check('huntGroupName', group?.name, row.huntGroupName);
    } else if (row.product !== 'NUMBER') {
      seen.users.add(user?.id);
      const named = rows.find(
        (each) => each.accountNumber === row.accountNumber && each.extension === row.extension,
      );
      check('firstName', user?.firstName, named?.firstName);
      check('lastName', user?.lastName, named?.lastName);
      check('extension', user?.extension ?? '', row.extension ?? '');
      check('a mail is sent', user?.welcomeEmailSent, undefined);
    }

    const phone = result['assignedPhoneNumber'] ?? '';
    if (!row.phoneNumber && !row.address) check('assignedPhoneNumber', phone, '');
    else {
      const number = state.numbers.find(({ phoneNumber }) => phoneNumber === phone);
      seen.numbers.add(number?.phoneNumber);
      if (row.phoneNumber) check('assignedPhoneNumber', phone, digits(row.phoneNumber));
      else check(`${phone}, found by a search, is named by a row`, given.has(phone), false);
      check('account of the number', number?.accountId, account?.id);
      check('what the number rings', number?.referenceId, owner?.id);
      check('city', number?.customerServiceRecord['city'], row.city);
      check('unit', number?.customerServiceRecord['unit'] ?? '', row.unit ?? '');
      check('customerName', number?.customerServiceRecord['customerName'], row.customerName);
    }
    if (row.macAddress && row.product !== 'BUSINESS_LINE') {
      const device = state.devices.find(({ id }) => id === result['deviceId']);
      seen.devices.add(device?.id);
      check('macAddress', device?.macAddress?.toLowerCase(), macOf(row.macAddress));
      check('lineNumber', device?.lineNumber, Number(row.lineNumber || '1'));
      check('user of the device', device?.userId, owner?.id);
    }
  });
  const counts = {
    accounts: [state.accounts.length, seen.accounts.size],
    users: [state.users.length, seen.users.size],
    numbers: [state.numbers.length, seen.numbers.size],
    devices: [state.devices.length, seen.devices.size],
    businessLines: [state.businessLines.length, seen.lines.size],
    sipTrunks: [state.sipTrunks.length, trunks.size],
    huntGroups: [state.huntGroups.length, rows.filter(({ huntGroupName }) => huntGroupName).length],
    ports: [state.portAssignments.length, ports],
    reservations: [state.reservations.length, 0],
    results: [results.length, rows.length],
  };
  for (const [what, [is, wanted]] of Object.entries(counts))
    if (is !== wanted) found.push(`there are ${is} ${what}, not ${wanted}`);
  return found;
}

/** The files of a run directory that hold the text, the one for credentials and the journal apart. */
function filesWith(directory: string, text: string): string[] {
  return readdirSync(directory).filter(
    (name) => name !== 'credentials.csv' && readFileSync(join(directory, name)).includes(text),
  );
}

describe.concurrent('a sample becomes live service, every object once', () => {
  it.for([
    ['bcc.csv', () => sample('bcc.csv')],
    ['home-phone.csv', homePhoneRows],
    ['business-line.csv', () => sample('business-line.csv')],
    ['sip-trunk.csv', () => sample('sip-trunk.csv')],
    ['mixed.xlsx', mixedSampleRows],
  ] as const)('%s', async ([name, rowsOf], { expect, onTestFinished }) => {
    const { sandbox, cli, csv, directory } = await placeOf(onTestFinished);
    const rows = rowsOf();
    expectExit(await cli('run', join(SAMPLES, name), '--out', 'run', '--http-log', '--quiet'), 0);
    const isWorkbook = name.endsWith('.xlsx');
    const results = isWorkbook
      ? await readWorkbook(join(directory, 'run/results.xlsx'))
      : csv('run/results.csv');
    const state = plain(sandbox.state);
    expect(sampleDifferences(state, rows, results)).toEqual([]);
    expect(readdirSync(join(directory, 'run'))).not.toContain(isWorkbook ? 'errors.xlsx' : 'errors.csv');
    for (const { sipUsername, sipPassword, trunkName } of state.sipTrunks) {
      expect(csv('run/credentials.csv')).toContainEqual(
        expect.objectContaining({ trunkName, sipUsername, sipPassword }),
      );
      expect(statSync(join(directory, 'run/credentials.csv')).mode & 0o777).toBe(0o600);
      expect(filesWith(join(directory, 'run'), sipPassword)).toEqual([]);
    }
  });
});

describe.concurrent('a mixed sheet', () => {
  it('as a workbook: every object once with the values of its row', async ({ expect, onTestFinished }) => {
    const { sandbox, cli, csv, directory } = await placeOf(onTestFinished);
    const rows = mixedRows(40);
    const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))] as (keyof SheetRow)[];
    const book = new ExcelJS.Workbook();
    const sheet = book.addWorksheet('Customers');
    sheet.addRow(columns);
    for (const row of rows) sheet.addRow(columns.map((column) => row[column] ?? ''));
    await book.xlsx.writeFile(join(directory, 'customers.xlsx'));

    expectExit(await cli('run', 'customers.xlsx', '--out', 'run', '--quiet'), 0);
    const credentials: Credentials = new Map(
      csv('run/credentials.csv').map(({ trunkName = '', sipUsername = '', sipPassword = '' }) => [
        trunkName,
        { sipUsername, sipPassword },
      ]),
    );
    const results = await readWorkbook(join(directory, 'run/results.xlsx'));
    expect(differences(plain(sandbox.state), rows, results, credentials)).toEqual([]);
  });

  it('in several files: the rows of an account may stand in different ones', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, cli, csv, write } = await placeOf(onTestFinished);
    const [first = {}, second = {}, third = {}] = mixedRows(3);
    await write('a.csv', csvOf([first]));
    await write('b.csv', csvOf([second, third]));
    expectExit(await cli('run', 'a.csv', 'b.csv', '--out', 'run', '--quiet'), 0);
    const results = csv('run/results.csv');
    expect(differences(plain(sandbox.state), [first, second, third], results, new Map())).toEqual([]);
  });
});
