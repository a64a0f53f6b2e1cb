import { type Owner, wrongLength } from '../across/accounts.js';
import { isIpPhone } from '../cells/ip-phones.js';
import {
  BOX_COLUMNS,
  COLUMN_NAMES,
  type ColumnGroup,
  type ColumnName,
  columnOf,
  columnsOf,
  type RowValues,
} from '../columns.js';
import { countryOf, customerTypeOf, e911CountryOf, numberSourceOf } from '../complete.js';
import { PRODUCT_NAMES, PRODUCTS, type Product } from '../products.js';
import { checkAddress } from './address-rules.js';
import { checkCutover } from './cutover-rules.js';
import { checkHunting, HUNT_FAILOVERS } from './hunt-rules.js';
import { checkPort, refusePortCells } from './port-rules.js';
import { checkRings } from './rings-rules.js';
import type { RowCheck } from './row-check.js';

const NUMBER_COLUMNS = columnsOf('number');
const E911_COLUMNS = columnsOf('e911').filter(
  (column) => column !== 'e911Language' && column !== 'e911Correction',
);
const DEVICE_COLUMNS = byProduct((column, product) => {
  const { group, products } = columnOf(column);
  return group === 'device' && products.includes(product);
});

/** Number columns that are often filled in for every row, whether it has a number or not. */
const TELLS_NOTHING: ReadonlySet<ColumnName> = new Set([
  'numberSource',
  'country',
  'customerType',
  'directoryListingType',
  'cutoverGroup',
] as const);

/** The groups of columns that belong to one product. */
const OWN_GROUPS: ReadonlySet<ColumnGroup> = new Set(['businessLine', 'huntGroup', 'sipTrunk'] as const);

/** Columns that every row of a product needs (account and user columns only the first row: see Accounts). */
const REQUIRED = byProduct((column, product) => {
  const { group, required } = columnOf(column);
  return OWN_GROUPS.has(group) && required?.includes(product) === true;
});

function byProduct(
  chosen: (column: ColumnName, product: Product) => boolean,
): Readonly<Record<Product, readonly ColumnName[]>> {
  return Object.fromEntries(
    PRODUCT_NAMES.map((product) => [product, COLUMN_NAMES.filter((column) => chosen(column, product))]),
  ) as Record<Product, ColumnName[]>;
}

/**
 * Adds the problems that cells of one row have together.
 *
 * @param owner the row's account and user
 * @param extensionLength how many digits the account's extensions have; 0 when that is not known
 */
export function checkRules(check: RowCheck, owner: Owner, extensionLength: number): void {
  const { product } = check;
  checkBillingDay(check);
  if (product === 'ACCOUNT') return;
  checkExtension(check, extensionLength);
  if (owner.bringsUser) checkUser(check);
  checkNumber(check);
  if (owner.bringsUser) checkUserSettings(check);
  if (check.table.groups.has('port') && sourceOf(check) !== 'PORT') refusePortCells(check);
  checkE911(check);
  if (product === null) return;
  if (DEVICE_COLUMNS[product].length > 0) checkDevice(check, product);
  if (product === 'BUSINESS_LINE') check.applyDefaults('businessLine');
  if (product === 'HUNT_GROUP') check.applyDefaults('huntGroup');
  if (product === 'SIP_TRUNK') {
    check.applyDefaults('sipTrunk');
    check.applyDefault('callingPlan');
  }
  if (product === 'NUMBER') checkRings(check);
  for (const column of REQUIRED[product]) check.requireColumn(column, `every ${product} row needs it`);
  if (product === 'BUSINESS_LINE') checkCallHandling(check);
  if (product === 'HUNT_GROUP') checkHuntGroup(check);
  if (product === 'SIP_TRUNK') checkExtensionPatterns(check, extensionLength);
}

/** Guide, "Account Create": 1 to 31; the published schema ends at 28. */
function checkBillingDay(check: RowCheck): void {
  const { billingCycleDay } = check.values;
  if (billingCycleDay === undefined || billingCycleDay <= 28) return;
  const message = `Day ${billingCycleDay} is not in every month; the platform may refuse it`;
  check.add('BILLING_DAY_LATE', 'billingCycleDay', message, 'Use a day from 1 to 28 if you can.');
}

/** Guide, "Create User": as many digits as the account's extensions have. */
function checkExtension(check: RowCheck, length: number): void {
  const { extension } = check.values;
  if (extension === undefined || length === 0 || extension.length === length) return;
  const { message, hint } = wrongLength(extension, length);
  check.add('EXTENSION_LENGTH', 'extension', message, hint);
}

/** Guide, "Create SIP Trunks": patterns are ranges of the account's extensions. */
function checkExtensionPatterns(check: RowCheck, length: number): void {
  const { extensionPatterns } = check.values;
  if (extensionPatterns === undefined || length === 0) return;
  const wrong = extensionPatterns.find((pattern) => pattern.length !== length);
  if (wrong === undefined) return;
  const message = `"${wrong}" has ${wrong.length} places; the account's extensions have ${length} digits`;
  check.add(
    'EXTENSION_PATTERN_LENGTH',
    'extensionPatterns',
    message,
    `No extension of the account will match it; use patterns of ${length} places.`,
  );
}

/** Guide, "Create User": what plans and portal access need. */
function checkUser(check: RowCheck): void {
  const { userProductPlan, allowPortalAccess, username } = check.values;
  const withApps = userProductPlan === 'ADVANCED' || userProductPlan === 'PROFESSIONAL';
  if (withApps) check.require('emailAddress', `${userProductPlan} users get their log-in by e-mail`);
  if (allowPortalAccess === true) {
    check.require('username', 'portal access needs it');
    check.require('emailAddress', 'portal access needs it');
  }
  if (withApps && username?.includes('@') === true) {
    const message = `With an e-mail address as username a user of ${userProductPlan} loses the softphone`;
    check.add('USERNAME_IS_EMAIL', 'username', message, 'Use a username without @.');
  }
}

/** API description, end users: how a user treats calls, and a caller ID that is to be shown or not. */
function checkUserSettings(check: RowCheck): void {
  checkCallHandling(check);
  const { assignAsCallerId, callerIdNumber, callerIdVisible, phoneNumber } = check.values;
  if (callerIdNumber !== undefined && assignAsCallerId === true && callerIdNumber !== phoneNumber) {
    const message = `assignAsCallerId is TRUE, and callerIdNumber names another number: ${callerIdNumber}`;
    const hint = 'A user has one caller ID: leave one of the two cells blank.';
    check.add('CALLER_ID_TAKEN', 'callerIdNumber', message, hint);
  }
  if (callerIdVisible === undefined) return;
  if (sourceOf(check) === 'NONE')
    check.require('callerIdNumber', 'callerIdVisible needs it without a number');
  else if (assignAsCallerId === false)
    check.require('callerIdNumber', "the row's number is not the caller ID, and callerIdVisible needs one");
}
const NUMBER_HINT = 'Fill in phoneNumber, or an address to search a number near it.';

/** Where the row's number comes from; a phone number that is given but not usable counts as given. */
export function sourceOf(check: RowCheck): NonNullable<RowValues['numberSource']> {
  const given = check.values.numberSource;
  return given === undefined && check.has('phoneNumber') ? 'INVENTORY' : numberSourceOf(check.values);
}

/** Guide, "Add Phone Number" and "Address Objects". */
function checkNumber(check: RowCheck): void {
  const { product, values } = check;
  const hasPhone = check.has('phoneNumber');
  if (!hasPhone) check.applyDefault('numberSource');
  const source = sourceOf(check);
  const takesPhone = source === 'INVENTORY' || source === 'PORT' || source === 'CARRIER';
  if (!takesPhone && hasPhone) {
    const message = `numberSource is ${source}, but a phoneNumber is given`;
    check.add(
      'NUMBER_SOURCE_CONFLICT',
      'numberSource',
      message,
      'Leave phoneNumber blank, or use INVENTORY.',
    );
  }
  if (takesPhone) {
    const orElse = source === 'INVENTORY' ? ', or use SEARCH.' : '.';
    check.require('phoneNumber', `numberSource is ${source}`, `Fill in phoneNumber${orElse}`);
  }
  if (source === 'NONE') {
    if (product === 'NUMBER') check.require('phoneNumber', 'a NUMBER row brings one', NUMBER_HINT);
    else if (!hasPhone) checkNoNumber(check);
    return;
  }
  check.applyDefaults('number', 'numberSource');
  checkCutover(check, source);
  // One that is on the account already has its records.
  if (values.movesFrom === undefined || check.has('address')) checkAddress(check, 'number');
  const resident = product !== null && customerTypeOf(product, values) === 'RESIDENTIAL';
  if (resident && !PRODUCTS[product].hasUser && values.movesFrom === undefined) {
    check.require('customerFirstName', 'a RESIDENTIAL customer needs a first and a last name');
    check.require('customerLastName', 'a RESIDENTIAL customer needs a first and a last name');
  }
  if (source === 'PORT') checkPort(check);
  if (values.directoryListed === true && !check.has('directoryListingType') && source !== 'PORT') {
    const message = 'The number is listed, but a blank directoryListingType means NOT_LIST_NOT_PUBLISH';
    const hint = 'Fill in directoryListingType: LIST_PUBLISH or LIST_NOT_PUBLISH.';
    check.add('LISTED_WITHOUT_TYPE', 'directoryListingType', message, hint);
  }
  const type = values.directoryListingType;
  const lists = type === 'LIST_PUBLISH' || type === 'LIST_NOT_PUBLISH';
  if (lists && values.directoryListed !== true && !check.isBad('directoryListed')) {
    const message = `The number is not listed since directoryListed is not TRUE; ${type} says otherwise`;
    const hint = 'Set directoryListed to TRUE, or leave directoryListingType blank.';
    check.add('TYPE_WITHOUT_LISTED', 'directoryListingType', message, hint);
  }
}

/** One warning names all number cells of a row that has no number; `FALSE` and the like say nothing more than that. */
function checkNoNumber(check: RowCheck): void {
  const filled = NUMBER_COLUMNS.filter((column) => {
    const value = check.values[column];
    return value !== undefined && value !== false && !TELLS_NOTHING.has(column);
  });
  const [first] = filled;
  if (first === undefined) return;
  const message = `The row has no phone number, so ${filled.join(', ')} ${filled.length === 1 ? 'has' : 'have'} no effect`;
  const hint = 'Fill in phoneNumber, or an address to search a number near it; else leave the cells blank.';
  check.add('NO_EFFECT', first, message, hint);
}

/** Guide, "Address Objects": an E911 address is a whole address or none. */
function checkE911(check: RowCheck): void {
  const { groups, defaults } = check.table;
  if (!groups.has('e911') && !defaults.has('e911Language')) return;
  const hasAddress = groups.has('e911') && E911_COLUMNS.some((column) => check.has(column));
  if (hasAddress) {
    check.applyDefaults('e911');
    checkAddress(check, 'e911');
  }
  if (sourceOf(check) !== 'NONE' || check.has('phoneNumber')) {
    checkE911Language(check);
    return;
  }
  if (!hasAddress && !check.has('e911Language')) return;
  const [what, column] = hasAddress
    ? (['address', 'e911Address'] as const)
    : (['language', 'e911Language'] as const);
  const message = `The E911 ${what} has no effect: the row has no phone number`;
  check.add('NO_EFFECT', column, message, 'Give the row a number, or leave the E911 cells blank.');
}

/** API description, E911AddressX: a language is for addresses in Canada; a default for all rows is not meant for others. */
function checkE911Language(check: RowCheck): void {
  check.applyDefault('e911Language');
  const { values } = check;
  if (values.e911Language === undefined) return;
  const isOwn = values.e911Address !== undefined;
  if ((isOwn ? e911CountryOf(values) : countryOf(values)) === 'CAN') return;
  delete values.e911Language;
  if (check.typed('e911Language') === '') return;
  const message = 'e911Language has no effect: the E911 address is not in Canada';
  check.add('NO_EFFECT', 'e911Language', message, 'Leave it blank, or correct the country of the address.');
}

/** Guide, "Create Device Line": a device is its type and its MAC address; "Alianza Products": which need an ATA. */
function checkDevice(check: RowCheck, product: Product): void {
  const filled = DEVICE_COLUMNS[product].filter((column) => check.has(column));
  if (filled.length === 0) return;
  check.applyDefaults('device');
  if (!check.has('macAddress')) {
    const given = `${filled.join(', ')} ${filled.length === 1 ? 'is' : 'are'} given`;
    check.require('macAddress', given, 'Fill in macAddress, or leave all device cells blank.');
  }
  if (filled.includes('macAddress')) check.require('deviceTypeId', 'a device needs its type');
  const { deviceTypeId } = check.values;
  if (product === 'BCC' || deviceTypeId === undefined || !isIpPhone(deviceTypeId)) return;
  const message = `"${deviceTypeId}" looks like an IP phone; ${product} works with an ATA only`;
  check.add('DEVICE_NOT_ATA', 'deviceTypeId', message, 'Use an ATA such as SPA122, or check the product.');
}

const ACTIONS = [
  ['busyAction', 'busyForwardTo'],
  ['unregisteredAction', 'unregisteredForwardTo'],
  ['noAnswerAction', 'noAnswerForwardTo'],
] as const;

/** Guide, "Customize Business Lines"; API description, call handling of end users. */
function checkCallHandling(check: RowCheck): void {
  const { values } = check;
  checkForward(check, 'activeCallHandling', 'forwardToPhoneNumber');
  for (const [action, forwardTo] of ACTIONS) checkForward(check, action, forwardTo);
  // A user has a no-answer action of the platform's, whose time alone may be set.
  if (check.product !== 'BUSINESS_LINE') return;
  if (values.noAnswerTimeoutSeconds !== undefined && !check.has('noAnswerAction')) {
    const message = 'noAnswerTimeoutSeconds has no effect: noAnswerAction is blank, so the line rings on';
    check.add('NO_EFFECT', 'noAnswerTimeoutSeconds', message, 'Fill in noAnswerAction.');
  }
  checkBox(check);
  if (check.has('voicemailBoxName') && check.has('voicemailBoxId')) {
    const message = 'voicemailBoxName and voicemailBoxId are both given, and a line has one box';
    check.add('TWO_VOICEMAIL_BOXES', 'voicemailBoxName', message, 'Leave one of the two blank.');
  }
}

/** API description, HuntGroup and FailoverAction: voicemail needs a box there. */
function checkHuntGroup(check: RowCheck): void {
  checkHunting(check);
  checkBox(check);
  for (const { action, forwardTo } of HUNT_FAILOVERS) checkForward(check, action, forwardTo);
  const toBox = HUNT_FAILOVERS.find(({ action }) => check.values[action] === 'VOICEMAIL');
  if (toBox !== undefined) check.require('voicemailBoxName', `${toBox.action} is VOICEMAIL`);
  else if (check.values.voicemailBoxName !== undefined) {
    const message = 'voicemailBoxName has no effect: no action of the group is VOICEMAIL';
    check.add('NO_EFFECT', 'voicemailBoxName', message, 'Set an action to VOICEMAIL, or leave it blank.');
  }
}

/** What describes a voicemail box needs the name of one. */
function checkBox(check: RowCheck): void {
  check.applyDefaults('voicemail');
  if (check.has('voicemailBoxName') || !check.table.groups.has('voicemail')) return;
  const described = BOX_COLUMNS.find((column) => check.values[column] !== undefined);
  if (described === undefined) return;
  const message = `${described} has no effect: the row names no voicemailBoxName`;
  check.add('NO_EFFECT', described, message, 'Fill in voicemailBoxName, or leave the cell blank.');
}

function checkForward(
  check: RowCheck,
  action: 'activeCallHandling' | (typeof ACTIONS)[number][0] | (typeof HUNT_FAILOVERS)[number]['action'],
  forwardTo: ColumnName,
): void {
  if (check.isBad(action)) return;
  if (check.values[action] === 'FORWARD') {
    check.require(forwardTo, `${action} is FORWARD`, `Fill in ${forwardTo}, the number to forward to.`);
  } else if (check.values[forwardTo] !== undefined) {
    const message = `${forwardTo} has no effect: ${action} is not FORWARD`;
    check.add('NO_EFFECT', forwardTo, message, `Set ${action} to FORWARD, or leave ${forwardTo} blank.`);
  }
}
