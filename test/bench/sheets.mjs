import { once } from 'node:events';
import { createWriteStream, existsSync } from 'node:fs';
import { createRequire } from 'node:module';

const ExcelJS = createRequire(import.meta.url)('exceljs');

/** 40 columns, as many as a full sheet of several products has. */
const COLUMNS = [
  ...['product', 'accountNumber', 'accountName', 'timeZone', 'billingCycleDay', 'dialingBehaviorType'],
  ...['extensionLength', 'regulatoryType', 'customField', 'firstName', 'lastName', 'extension'],
  ...['userProductPlan', 'endUserType', 'username', 'emailAddress', 'blockEmail', 'numberSource'],
  ...['phoneNumber', 'address', 'city', 'state', 'postalCode', 'country', 'customerType', 'businessName'],
  ...['directoryListed', 'deviceTypeId', 'macAddress', 'lineNumber', 'deviceName', 'lineName'],
  ...['callWaitingEnabled', 'busyAction', 'noAnswerAction', 'noAnswerTimeoutSeconds', 'trunkName'],
  ...['concurrentCalls', 'localServicesEnabled', 'extensionPatterns'],
];

/** Addresses that the sandbox knows: street, city, state, postal code, first digits of its numbers. */
const PLACES = [
  ['333 S 520 W', 'Lindon', 'UT', '84042', '1385'],
  ['1700 Lincoln St', 'Denver', 'CO', '80203', '1303'],
  ['100 Congress Ave', 'Austin', 'TX', '78701', '1512'],
  ['400 Pine St', 'Seattle', 'WA', '98101', '1206'],
];
const FIRST_NAMES = [
  'Zoë',
  'José',
  'Hannah',
  'Maria',
  'Tom',
  'Aaliyah',
  'Łukasz',
  'Dmitri',
  'Priya',
  'Ann-Marie',
];
const LAST_NAMES = [
  'Müller',
  'Delgado',
  "O'Brien",
  'Christensen',
  'Nguyen',
  'Smith',
  'Van der Berg',
  'Kowalski',
];
/** Rows of one account: four rows in ten are BCC users of an account of four, the others have an account each. */
const CYCLE = [
  'BCC',
  'BCC',
  'BCC',
  'BCC',
  'HOME_PHONE',
  'HOME_PHONE',
  'BUSINESS_LINE',
  'BUSINESS_LINE',
  'SIP_TRUNK',
  'SIP_TRUNK',
];

/**
 * A valid row of a mixed sheet, different for every `index`. About every second row of a product with devices has one.
 * @param numbers 'given': every row names a number of its own; 'searched': none does
 * @returns the row's cells by column name
 */
export function mixedRow(index, numbers) {
  const cycle = Math.floor(index / CYCLE.length);
  const at = index % CYCLE.length;
  const product = CYCLE[at];
  const account = cycle * 7 + Math.max(0, at - 3);
  const [address, city, state, postalCode] = PLACES[cycle % PLACES.length];
  const street = `${100 + (account % 800)} ${address.slice(address.indexOf(' ') + 1)}`;
  const first = FIRST_NAMES[index % FIRST_NAMES.length];
  const last = `${LAST_NAMES[(index >> 3) % LAST_NAMES.length]}-${index}`;
  const business = product !== 'HOME_PHONE';
  const row = {
    product,
    accountNumber: `SP-${String(account).padStart(7, '0')}`,
    accountName: `Café “${account}” ${last}`,
    timeZone: 'US/Mountain',
    billingCycleDay: 1 + (account % 28),
    dialingBehaviorType: 'OPEN_DIAL_PLAN_TEN_DIGIT',
    regulatoryType: business ? 'COMMERCIAL' : 'RESIDENTIAL',
    customField: `region ${account % 97}`,
    address: numbers === 'given' ? street : address,
    city,
    state,
    postalCode,
    country: 'USA',
    directoryListed: 'FALSE',
  };
  if (product === 'BCC' && at > 0)
    for (const column of ['accountName', 'regulatoryType', 'customField']) row[column] = '';
  if (product === 'BCC') row.accountName = at === 0 ? `Café “${account}” Inc.` : '';
  if (business) row.extensionLength = 4;
  if (numbers === 'given') {
    row.numberSource = 'INVENTORY';
    row.phoneNumber = `1${200 + Math.floor(index / 4_000_000)}${2_000_000 + (index % 4_000_000)}`;
  }
  if (product === 'BCC' || product === 'HOME_PHONE') {
    Object.assign(row, { firstName: first, lastName: last, blockEmail: 'TRUE' });
    row.emailAddress = `user${index}@example.com`;
  }
  if (product === 'BCC') {
    row.extension = 2000 + at;
    row.userProductPlan = 'STANDARD';
    row.endUserType = 'STANDARD';
    row.username = `user.${index}`;
    row.businessName = `Café “${account}”`;
  }
  if (product === 'BUSINESS_LINE') {
    Object.assign(row, { lineName: 'Front desk', callWaitingEnabled: 'TRUE', busyAction: 'VOICEMAIL' });
    if (index % 4 === 0) Object.assign(row, { noAnswerAction: 'VOICEMAIL', noAnswerTimeoutSeconds: 25 });
  }
  if (product === 'SIP_TRUNK')
    Object.assign(row, { trunkName: `TRUNK-${index}`, concurrentCalls: 10, extensionPatterns: '21XX;2205' });
  if (product !== 'SIP_TRUNK' && index % 2 === 0) {
    row.deviceTypeId = product === 'BCC' ? 'VVX400' : 'SPA112';
    row.macAddress = (0x0004f2000000 + index).toString(16).padStart(12, '0');
    row.lineNumber = 1;
  }
  return row;
}

/** One account with that many BCC users, each with a number of a search and a device. */
export function userRow(index) {
  return { ...mixedRow(0, 'searched'), ...bccUser(index), accountNumber: 'SP-ONE' };
}

/** An account with one BCC user. */
export function singleRow(index) {
  return { ...mixedRow(0, 'searched'), ...bccUser(index), accountNumber: `SP-${10_000 + index}` };
}

function bccUser(index) {
  return {
    extension: 2000 + index,
    username: `user.${index}`,
    lastName: `Miller-${index}`,
    emailAddress: `user${index}@example.com`,
    macAddress: (0x0004f2000000 + index).toString(16).padStart(12, '0'),
  };
}

/** Writes a CSV file of `count` rows unless it is there. Streams. */
export async function writeCsv(path, count, rowAt) {
  if (existsSync(path)) return path;
  const out = createWriteStream(path);
  let block = `${COLUMNS.join(',')}\n`;
  for (let index = 0; index < count; index++) {
    const row = rowAt(index);
    block += `${COLUMNS.map((column) => row[column] ?? '').join(',')}\n`;
    if (block.length < 1 << 18) continue;
    if (!out.write(block)) await once(out, 'drain');
    block = '';
  }
  out.end(block);
  await once(out, 'close');
  return path;
}

/**
 * Writes a workbook of one sheet unless it is there, numbers as numbers.
 * @param useSharedStrings true: texts in a table of their own, as Excel writes them; false: in the cells, as many programs do
 */
export async function writeXlsx(path, count, rowAt, useSharedStrings) {
  if (existsSync(path)) return path;
  const book = new ExcelJS.stream.xlsx.WorkbookWriter({ filename: path, useSharedStrings });
  const sheet = book.addWorksheet('Customers');
  sheet.addRow(COLUMNS).commit();
  for (let index = 0; index < count; index++) {
    const row = rowAt(index);
    sheet.addRow(COLUMNS.map((column) => row[column] ?? null)).commit();
    if (index % 500 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await book.commit();
  return path;
}
