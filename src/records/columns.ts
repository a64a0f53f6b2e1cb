import type { z } from 'zod';
import { Fault } from './cells/damage.js';
import { calendarDate } from './cells/dates.js';
import { huntMembers } from './cells/hunt-members.js';
import { fold } from './cells/nearest.js';
import { COUNTRIES, COUNTRY_ALIASES, postalCode, state } from './cells/places.js';
import { ringsNow } from './cells/rings-now.js';
import {
  emailAddress,
  emailAddresses,
  emergencyCallback,
  extension,
  extensionPatterns,
  macAddress,
  phoneNumber,
  serviceNumber,
} from './cells/telephony.js';
import { TIME_ZONES, timeZone } from './cells/time-zones.js';
import { SECONDARY_LOCATION_ALIASES, SECONDARY_LOCATIONS, unit } from './cells/units.js';
import {
  type CellSchema,
  cell,
  isYesOrNo,
  languageTag,
  name,
  option,
  personName,
  shortPersonName,
  text,
  wholeNumber,
  words,
  yesOrNo,
} from './cells/values.js';
import { PRODUCT_NAMES, PRODUCTS, type Product } from './products.js';

/** What a column belongs to; `row` is the product itself. */
export type ColumnGroup =
  | 'row'
  | 'account'
  | 'user'
  | 'number'
  | 'rings'
  | 'port'
  | 'e911'
  | 'device'
  | 'businessLine'
  | 'voicemail'
  | 'huntGroup'
  | 'sipTrunk';

/** One entry of the column table. */
export interface Column {
  readonly group: ColumnGroup;
  /** the products whose rows use it */
  readonly products: readonly Product[];
  /** the products whose rows must have it; account and user columns only on the account's and user's first row */
  readonly required?: readonly Product[];
  /** from the trimmed, non-blank text of a cell to the typed value */
  readonly schema: CellSchema<unknown>;
  /** the allowed values, in the order of a drop-down */
  readonly options?: readonly string[];
  /** digits that a spreadsheet damages unless the column is formatted as text */
  readonly textFormat?: boolean;
  /** words of people, kept as typed: a date or number in it is odd but no damage to a code */
  readonly freeText?: boolean;
  /** the value that a blank cell means, where that is always the same */
  readonly blank?: string | number | boolean;
  /** its cells are days: a date of a spreadsheet is what is meant */
  readonly isDate?: true;
  /** what a blank cell means in words, where that is more than {@link blank} */
  readonly default?: string;
  /** its cells stand in no result, log or message, and are no default for other rows */
  readonly secret?: true;
  /** where no two rows may have the same value */
  readonly uniqueIn?: 'account' | 'input';
  /** it names a number that has to be on the row's account; a blank cell means the row's own number */
  readonly namesNumber?: true;
  /** the column that its cells are read into for products that do not use it themselves: people's word for both is one */
  readonly meansFor?: Partial<Record<Product, string>>;
  /** one sentence for header notes and the manual */
  readonly help: string;
  /** a realistic value; the examples of one product together are a valid row */
  readonly example?: string | Partial<Record<Product, string>>;
  /** other header names that people use; each only once in the table */
  readonly synonyms: readonly string[];
}

const ALL = PRODUCT_NAMES;
const SERVICES = ['BCC', 'HOME_PHONE', 'BUSINESS_LINE', 'SIP_TRUNK', 'HUNT_GROUP', 'NUMBER'] as const;
const BUSINESS = ['BCC', 'BUSINESS_LINE', 'SIP_TRUNK', 'HUNT_GROUP', 'NUMBER'] as const;
const USERS = ['BCC', 'HOME_PHONE'] as const;
const DEVICES = ['BCC', 'HOME_PHONE', 'BUSINESS_LINE'] as const;
const LINE = ['BUSINESS_LINE'] as const;
const RINGING = ['BCC', 'HOME_PHONE', 'BUSINESS_LINE'] as const;
const TRUNK = ['SIP_TRUNK'] as const;
const GROUP = ['HUNT_GROUP'] as const;
const BOXES = ['BUSINESS_LINE', 'HUNT_GROUP'] as const;
/** Those with a voicemail box that is made for them, or that came with them. */
const WITH_BOX = [...USERS, ...BOXES] as const;
const NUMBER = ['NUMBER'] as const;

/** `options` and the `schema` that takes them. */
function choice<const T extends string>(options: readonly T[], aliases: Readonly<Record<string, T>> = {}) {
  return { options, schema: option(options, aliases) };
}

const flag = { options: ['TRUE', 'FALSE'], schema: yesOrNo } as const;
const zone = { options: TIME_ZONES, schema: timeZone } as const;
const phone = { schema: phoneNumber, textFormat: true } as const;
const localPhone = { schema: serviceNumber, textFormat: true } as const;
const callback = { schema: emergencyCallback, textFormat: true } as const;
const country = choice(COUNTRIES, COUNTRY_ALIASES);
const street = text({ kind: 'place', max: 256 });

/** Refuses what is too short for an ID of the platform, and a yes or no. */
function notAnId(hint: string) {
  return (value: string) =>
    value.length > 2 && !isYesOrNo(value) ? null : new Fault('NOT_AN_ID', `"${value}" is not an ID`, hint);
}

const id = text({
  kind: 'identifier',
  max: 256,
  pattern: { matches: /^\S+$/, says: 'an ID without spaces' },
  further: notAnId('Use the ID as the platform writes it, or leave the cell blank.'),
});
const voicemailBox = text({
  kind: 'identifier',
  max: 256,
  further: notAnId(
    'Use the ID of the voicemail box as the platform writes it. If the column says whether there is voicemail, give ' +
      'its header another name, or leave it out with "headers": { "<header>": null } in a profile.',
  ),
});

/** What stands in place of a typed SIP password in every file that a run writes; as a value it is refused. */
export const SECRET_MASK = '(see credentials.csv)';
const password = text({ kind: 'secret', min: 6, max: 256 });
const sipPassword = cell((typed, inWorkbook) => {
  const hint = 'Type the password again, or leave the cell blank to have one generated.';
  const message = 'The password was left out of the results';
  return typed === SECRET_MASK ? new Fault('PLACEHOLDER', message, hint) : password.read(typed, inWorkbook);
}, null);

/** What stands in place of a secret that is kept nowhere once it was sent; as a value it is refused. */
export const TYPE_AGAIN = '(type it again)';

/** A secret of a number that is ported: exactly what is typed. */
function portSecret(max: number) {
  const secret = text({ kind: 'secret', max });
  return cell((typed, inWorkbook) => {
    const message = 'The text was left out of the results';
    const hint = 'Type it again as the losing carrier has it.';
    return typed === TYPE_AGAIN ? new Fault('PLACEHOLDER', message, hint) : secret.read(typed, inWorkbook);
  }, null);
}

const ringAction = choice(['VOICEMAIL', 'BUSY', 'FORWARD']);

const HUNT_STRATEGIES = choice(['LINEAR', 'SEQUENTIAL', 'SIMULTANEOUS'], {
  topdown: 'LINEAR',
  inorder: 'LINEAR',
  serial: 'SEQUENTIAL',
  oneafteranother: 'SEQUENTIAL',
  ringall: 'SIMULTANEOUS',
  allatonce: 'SIMULTANEOUS',
  parallel: 'SIMULTANEOUS',
});
/** What a number can ring; how each is found stands in `resources/rings.ts`. */
const RINGS_TYPES = [
  ...(['USER', 'BUSINESS_LINE', 'HUNT_GROUP', 'SIP_TRUNK', 'IVR', 'VFAX', 'SPECIALTY_LINE'] as const),
  ...(['CALL_GROUP', 'AUTO_ATTENDANT', 'CONTACT_CENTER', 'CALL_QUEUE'] as const),
] as const;
export type RingsType = (typeof RINGS_TYPES)[number];

const secondaryLocation = choice(SECONDARY_LOCATIONS, SECONDARY_LOCATION_ALIASES);

const productAliases: Record<string, Product> = {};
for (const product of PRODUCT_NAMES) {
  for (const each of [PRODUCTS[product].title, ...PRODUCTS[product].synonyms])
    productAliases[fold(each)] = product;
}

/**
 * THE column table: every column of a sheet, in the order of the templates. Field rules come from the guide's
 * sections of the same names; bounds that the guide has not come from the published API schemas.
 */
export const COLUMNS = {
  product: {
    group: 'row',
    products: ALL,
    required: ALL,
    ...choice(PRODUCT_NAMES, productAliases),
    default: "the worksheet's name, where it names a product",
    help:
      'Which product the row is: BCC, HOME_PHONE, BUSINESS_LINE, SIP_TRUNK or HUNT_GROUP; NUMBER brings a number for what ' +
      'is there, ACCOUNT an account alone.',
    example: {
      ...{ BCC: 'BCC', HOME_PHONE: 'HOME_PHONE', BUSINESS_LINE: 'BUSINESS_LINE', SIP_TRUNK: 'SIP_TRUNK' },
      ...{ HUNT_GROUP: 'HUNT_GROUP', NUMBER: 'NUMBER', ACCOUNT: 'ACCOUNT' },
    },
    synonyms: ['Product Type', 'Product Name', 'Service', 'Service Type'],
  },

  partitionId: {
    group: 'account',
    products: ALL,
    schema: id,
    textFormat: true,
    default: "--partition, else the login's",
    help: 'The partition or sub-partition the account belongs in.',
    synonyms: ['Partition', 'Sub-Partition', 'Sub-Partition ID'],
  },
  accountNumber: {
    group: 'account',
    products: ALL,
    required: ALL,
    schema: text({ kind: 'identifier', max: 25, advisedMin: 3 }),
    textFormat: true,
    help: "The account's identifier in your billing system; rows with the same one are one account.",
    example: {
      ...{ BCC: 'SP-1001', HOME_PHONE: 'SP-2001', BUSINESS_LINE: 'SP-3001', SIP_TRUNK: 'SP-4001' },
      ...{ HUNT_GROUP: 'SP-3001', NUMBER: 'SP-7001', ACCOUNT: 'SP-5001' },
    },
    synonyms: [
      ...['Acct #', 'Acct No', 'Acct Number', 'Acct', 'Account', 'Account #', 'Account No'],
      ...['Customer Number', 'Customer No', 'Customer #', 'Customer ID', 'Billing Account', 'BAN'],
      ...['Cust ID', 'Cust No', 'Cust #', 'Cust Number'],
    ],
  },
  accountName: {
    group: 'account',
    products: ALL,
    required: ALL,
    schema: name,
    freeText: true,
    help: 'What the account is called: the company, or the resident.',
    example: {
      BCC: 'Wasatch Dental Group',
      HOME_PHONE: 'Maria Delgado',
      BUSINESS_LINE: "O'Brien Hardware",
      SIP_TRUNK: 'Timpanogos Logistics',
      HUNT_GROUP: "O'Brien Hardware",
      NUMBER: 'Bonneville Credit Union',
      ACCOUNT: 'Cottonwood Pediatrics',
    },
    synonyms: ['Acct Name', 'Name of Account'],
  },
  timeZone: {
    group: 'account',
    products: ALL,
    required: ALL,
    ...zone,
    help: 'The time zone of the account.',
    example: 'US/Mountain',
    synonyms: ['TZ', 'Account Time Zone'],
  },
  billingCycleDay: {
    group: 'account',
    products: ALL,
    required: ALL,
    schema: wholeNumber(1, 31),
    help: 'The day of the month on which billing starts, 1 to 31; 1 to 28 is safe.',
    example: '1',
    synonyms: ['Billing Day', 'Billing Cycle', 'Bill Day', 'Bill Cycle', 'Bill Cycle Day'],
  },
  dialingBehaviorType: {
    group: 'account',
    products: ALL,
    required: ALL,
    ...choice([
      ...(['OPEN_DIAL_PLAN_TEN_DIGIT', 'OPEN_DIAL_PLAN', 'SEVEN_DIGIT', 'TEN_DIGIT'] as const),
      ...(['DIAL_NINE_SEVEN_DIGIT', 'DIAL_NINE_TEN_DIGIT'] as const),
    ]),
    help: 'How users dial numbers.',
    example: 'OPEN_DIAL_PLAN_TEN_DIGIT',
    synonyms: ['Dialing Behavior', 'Dialing Behaviour', 'Dialing Type', 'Dial Plan'],
  },
  extensionLength: {
    group: 'account',
    products: ALL,
    required: BUSINESS,
    schema: wholeNumber(3, 6),
    help: 'How many digits the extensions of the account have, 3 to 6; it cannot be changed later.',
    example: { BCC: '4', BUSINESS_LINE: '4', SIP_TRUNK: '4', HUNT_GROUP: '4', NUMBER: '4', ACCOUNT: '4' },
    synonyms: ['Ext Length', 'Ext Len', 'Extension Digits'],
  },
  regulatoryType: {
    group: 'account',
    products: ALL,
    ...choice(['RESIDENTIAL', 'COMMERCIAL', 'GOVERNMENT']),
    default: "the partition's",
    help: 'For reports only; it changes no function.',
    synonyms: ['Regulatory', 'Regulatory Class'],
  },
  customField: {
    group: 'account',
    products: ALL,
    schema: name,
    freeText: true,
    help: 'Any other text to keep with the account.',
    synonyms: ['Custom', 'Custom Text'],
  },
  platformType: {
    group: 'account',
    products: ALL,
    ...choice(['CPE2', 'CPE1']),
    blank: 'CPE2',
    help: 'CPE2, unless your partition says otherwise.',
    synonyms: ['Platform'],
  },

  accountCallingPlan: {
    group: 'account',
    products: ALL,
    schema: words,
    freeText: true,
    default: 'none is set',
    help: "The account's calling plan, by its name on the platform (or its ID); business lines call on it.",
    synonyms: ['Account Calling Plan Name'],
  },

  firstName: {
    group: 'user',
    products: USERS,
    required: USERS,
    schema: personName,
    freeText: true,
    help: "The user's first name, or what stands for it.",
    example: { BCC: 'Hannah', HOME_PHONE: 'Maria' },
    synonyms: ['First', 'Given Name', 'User First Name', 'FName'],
  },
  lastName: {
    group: 'user',
    products: USERS,
    required: USERS,
    schema: personName,
    freeText: true,
    help: "The user's last name, or what stands for it.",
    example: { BCC: 'Christensen', HOME_PHONE: 'Delgado' },
    synonyms: ['Last', 'Surname', 'Family Name', 'User Last Name', 'LName'],
  },
  extension: {
    group: 'user',
    products: USERS,
    required: ['BCC'],
    schema: extension,
    textFormat: true,
    help: "The user's extension: as many digits as extensionLength says, the first from 2 to 8.",
    example: { BCC: '4000' },
    synonyms: ['Ext', 'Ext #', 'Ext No', 'Extension Number', 'Extn'],
  },
  userProductPlan: {
    group: 'user',
    products: ['BCC'],
    required: ['BCC'],
    ...choice(['STANDARD', 'ADVANCED', 'PROFESSIONAL']),
    help: "The user's feature plan; ADVANCED and PROFESSIONAL bring the UC apps and need an e-mail address.",
    example: { BCC: 'STANDARD' },
    synonyms: ['User Plan', 'Product Plan', 'Feature Plan', 'Plan', 'User Type Plan'],
  },
  endUserType: {
    group: 'user',
    products: ['BCC'],
    ...choice(['STANDARD', 'BASIC_ADMIN', 'STANDARD_ADMIN', 'ADVANCED_ADMIN', 'SUPER_ADMIN']),
    blank: 'STANDARD',
    help: 'STANDARD, or what kind of administrator the user is.',
    example: { BCC: 'STANDARD' },
    synonyms: ['User Type', 'Admin Type', 'User Role'],
  },
  allowPortalAccess: {
    group: 'user',
    products: USERS,
    ...flag,
    blank: false,
    default: 'FALSE (TRUE comes with ADVANCED and PROFESSIONAL)',
    help: 'Whether the user may log in to the Voice Portal; it needs username and emailAddress.',
    synonyms: ['Portal Access', 'Voice Portal Access', 'Portal'],
  },
  username: {
    group: 'user',
    products: USERS,
    schema: text({
      kind: 'identifier',
      min: 3,
      max: 256,
      pattern: { matches: /^\S+$/, says: 'a username without spaces' },
    }),
    textFormat: true,
    uniqueIn: 'input',
    help: "The user's log-in name, unique on the whole platform.",
    example: { BCC: 'hannah.christensen' },
    synonyms: ['Login', 'Login Name', 'Portal Username'],
  },
  emailAddress: {
    group: 'user',
    products: USERS,
    schema: emailAddress,
    help: "The user's e-mail address, for welcome and password mails.",
    example: { BCC: 'hannah.christensen@example.com' },
    synonyms: ['E-mail', 'Mail', 'User Email'],
  },
  userTimeZone: {
    group: 'user',
    products: USERS,
    ...zone,
    default: "the account's",
    help: 'The time zone of the user, when it differs.',
    synonyms: ['User TZ'],
  },
  blockEmail: {
    group: 'user',
    products: USERS,
    ...flag,
    blank: false,
    help: 'TRUE keeps the platform from sending the user a welcome mail at once.',
    example: { BCC: 'TRUE', HOME_PHONE: 'TRUE' },
    synonyms: ['Block Welcome Email', 'Suppress Email', 'No Email'],
  },

  userLanguage: {
    group: 'user',
    products: USERS,
    schema: languageTag,
    default: "the platform's",
    help: 'The language of the user: en-US, fr-CA, es-MX or another tag that the platform supports.',
    example: { BCC: 'en-US' },
    synonyms: ['Language', 'Language Tag'],
  },
  userTags: {
    group: 'user',
    products: USERS,
    schema: words,
    freeText: true,
    help: 'The tags of the user, in one text, as the platform keeps them.',
    synonyms: ['User Tag', 'Tags of User'],
  },
  callingPlan: {
    group: 'user',
    products: ['BCC', 'HOME_PHONE', 'SIP_TRUNK'],
    schema: words,
    freeText: true,
    default: "the platform's default plan",
    help: 'The calling plan of the user or trunk, by its name on the platform (or its ID).',
    synonyms: ['Calling Plan Name', 'User Calling Plan'],
  },
  callerIdNumber: {
    group: 'user',
    products: USERS,
    ...localPhone,
    namesNumber: true,
    meansFor: { BUSINESS_LINE: 'callerIdPhoneNumber' },
    default: 'the number whose assignAsCallerId is TRUE',
    help: 'The number that the user shows when calling; it has to be on the account.',
    synonyms: ['User Caller ID', 'User Caller ID Number'],
  },

  numberSource: {
    group: 'number',
    products: SERVICES,
    ...choice(['SEARCH', 'INVENTORY', 'PORT', 'CARRIER', 'NONE']),
    default: 'INVENTORY with a phoneNumber, SEARCH without one where there is an address, else NONE',
    help: 'Where the phone number comes from: the given one, one found near the address, one ported from another carrier, one of your own carrier, or none.',
    synonyms: ['Number Type', 'Source', 'TN Source'],
  },
  phoneNumber: {
    group: 'number',
    products: SERVICES,
    ...localPhone,
    uniqueIn: 'input',
    help: 'A number of your inventory, or the one to port; blank to search one near the address.',
    example: {
      BCC: '8015551001',
      HOME_PHONE: '8015552001',
      BUSINESS_LINE: '8015553001',
      SIP_TRUNK: '8015554001',
      HUNT_GROUP: '8015553002',
      NUMBER: '8015557001',
    },
    synonyms: [
      ...[
        'Phone',
        'Phone #',
        'Phone No',
        'TN',
        'DID',
        'Telephone',
        'Telephone Number',
        'Telephone No',
        'Tel',
      ],
      ...['Number', 'Line Phone Number', 'DID Number', 'Assigned TN'],
    ],
  },
  address: {
    group: 'number',
    products: SERVICES,
    schema: street,
    default: 'required with a number',
    help: "The street address of the service (or the whole address in one line, with commas), for the number's records and E911.",
    example: '333 S 520 W',
    synonyms: ['Street Address', 'Street', 'Address 1', 'Address Line 1', 'Service Address', 'Addr'],
  },
  city: {
    group: 'number',
    products: SERVICES,
    schema: street,
    help: 'The city of the address.',
    example: 'Lindon',
    synonyms: ['Town', 'Service City', 'City Name'],
  },
  state: {
    group: 'number',
    products: SERVICES,
    schema: state,
    help: 'The state or province, as two letters or its name.',
    example: 'UT',
    synonyms: ['Province', 'State/Province', 'ST', 'Service State'],
  },
  postalCode: {
    group: 'number',
    products: SERVICES,
    schema: postalCode,
    textFormat: true,
    help: 'The ZIP or Canadian postal code.',
    example: '84042',
    synonyms: ['ZIP', 'Zip Code', 'Postal', 'Service Zip', 'ZIP/Postal Code'],
  },
  country: {
    group: 'number',
    products: SERVICES,
    ...country,
    default: 'the country of the state or postal code, else USA',
    help: 'USA or CAN.',
    synonyms: ['Country Code', 'Service Country'],
  },
  secondaryLocationDescription: {
    group: 'number',
    products: SERVICES,
    ...secondaryLocation,
    help: 'What unit counts: SUITE, APARTMENT, FLOOR and so on; goes together with unit.',
    example: { BCC: 'SUITE' },
    synonyms: ['Secondary Location', 'Unit Type', 'Secondary Location Type'],
  },
  unit: {
    group: 'number',
    products: SERVICES,
    schema: unit,
    textFormat: true,
    help: 'The number of the suite, apartment, floor and so on; at most 10 characters. Suite 12 says both.',
    example: { BCC: '500' },
    synonyms: ['Unit #', 'Unit Number', 'Suite', 'Suite #', 'Apt', 'Apt #', 'Apartment'],
  },
  customerType: {
    group: 'number',
    products: SERVICES,
    ...choice(['BUSINESS', 'RESIDENTIAL']),
    default: 'RESIDENTIAL for HOME_PHONE, else BUSINESS',
    help: "What kind of customer the number's record names.",
    synonyms: ['Cust Type', 'Type of Customer'],
  },
  businessName: {
    group: 'number',
    products: SERVICES,
    schema: words,
    freeText: true,
    default: "the account's name",
    help: "The business in the number's record.",
    synonyms: ['Business', 'Company', 'Company Name'],
  },
  customerFirstName: {
    group: 'number',
    products: SERVICES,
    schema: shortPersonName,
    freeText: true,
    default: "the user's first name",
    help: "The customer's first name in the number's record; required for a RESIDENTIAL one without a user.",
    synonyms: ['Customer First', 'CSR First Name'],
  },
  customerLastName: {
    group: 'number',
    products: SERVICES,
    schema: shortPersonName,
    freeText: true,
    default: "the user's last name",
    help: "The customer's last name in the number's record; required for a RESIDENTIAL one without a user.",
    synonyms: ['Customer Last', 'CSR Last Name'],
  },
  customerName: {
    group: 'number',
    products: SERVICES,
    schema: text({
      kind: 'callerName',
      max: 15,
      pattern: { matches: /^[A-Za-z0-9 ]+$/, says: 'letters A-Z, digits and spaces only' },
    }),
    help: 'The caller ID name of the number: up to 15 letters, digits and spaces.',
    example: {
      BCC: 'Wasatch Dental',
      HOME_PHONE: 'Delgado Maria',
      BUSINESS_LINE: 'OBrien Hardware',
      SIP_TRUNK: 'Timpanogos Log',
      HUNT_GROUP: 'OBrien Hardware',
      NUMBER: 'Bonneville CU',
    },
    synonyms: ['CNAM', 'Caller ID Name', 'Caller Name'],
  },
  directoryListed: {
    group: 'number',
    products: SERVICES,
    ...flag,
    blank: false,
    help: 'Whether the number is listed in the directory.',
    synonyms: ['Listed', 'Directory', 'Directory Listing'],
  },
  directoryListingType: {
    group: 'number',
    products: SERVICES,
    ...choice(['NOT_LIST_NOT_PUBLISH', 'LIST_NOT_PUBLISH', 'LIST_PUBLISH', 'PORTED']),
    blank: 'NOT_LIST_NOT_PUBLISH',
    default: 'NOT_LIST_NOT_PUBLISH; PORTED with numberSource PORT',
    help: 'Whether 411 knows the number (LIST) and the phone book prints it (PUBLISH).',
    synonyms: ['Listing Type', 'Listing'],
  },
  holdActivation: {
    group: 'number',
    products: SERVICES,
    ...flag,
    blank: false,
    help: 'TRUE holds the activation of the number until it is released.',
    synonyms: ['Activation Hold', 'Hold'],
  },
  operationalStatus: {
    group: 'number',
    products: SERVICES,
    ...choice(['ACTIVE', 'STAGED']),
    default: 'ACTIVE',
    help: 'STAGED keeps a number of your own carrier (numberSource CARRIER) out of service until cutover makes it live.',
    synonyms: ['Service Status'],
  },
  byotnCarrierId: {
    group: 'number',
    products: SERVICES,
    schema: id,
    textFormat: true,
    default: "the partition's own carrier",
    help: 'The ID of your own carrier, with numberSource CARRIER.',
    synonyms: ['BYOTN Carrier', 'BYOC Carrier', 'Own Carrier'],
  },
  cutoverGroup: {
    group: 'number',
    products: SERVICES,
    schema: words,
    freeText: true,
    help: 'A site or a night, in your words: cutover --only cutoverGroup=… names its rows.',
    synonyms: ['Cutover Night', 'Migration Group'],
  },
  movesFrom: {
    group: 'number',
    products: SERVICES,
    schema: ringsNow,
    freeText: true,
    help: 'What a number that is on the account already rings now (user 4001, line Front desk, nothing): the run leaves it there, and cutover moves it.',
    synonyms: ['Rings Now', 'Currently Rings'],
  },
  assignAsCallerId: {
    group: 'number',
    products: [...USERS, ...NUMBER],
    ...flag,
    default: "TRUE for the user's first number, FALSE for further ones and those of NUMBER rows",
    help: 'Whether the number is shown when the user calls; of a NUMBER row only with ringsType USER.',
    synonyms: ['Assign Caller ID', 'Use as Caller ID'],
  },

  ringsType: {
    group: 'rings',
    products: NUMBER,
    ...choice(RINGS_TYPES, {
      enduser: 'USER',
      extension: 'USER',
      line: 'BUSINESS_LINE',
      businesslinehuntgroup: 'HUNT_GROUP',
      trunk: 'SIP_TRUNK',
      autoreceptionist: 'IVR',
      fax: 'VFAX',
      virtualfax: 'VFAX',
      faxline: 'VFAX',
      group: 'CALL_GROUP',
      attendant: 'AUTO_ATTENDANT',
      contactcentre: 'CONTACT_CENTER',
      queue: 'CALL_QUEUE',
    }),
    default: 'the number rings nothing',
    help: 'What kind of thing the number rings; goes together with ringsName or ringsId.',
    synonyms: ['Destination Type'],
  },
  ringsName: {
    group: 'rings',
    products: NUMBER,
    schema: words,
    textFormat: true,
    freeText: true,
    help:
      'Its name, in the sheet or on the account: of a user the extension or username, of a line, trunk, group, menu or fax ' +
      'its name; of an attendant, contact center or queue another number of the account that rings it.',
    synonyms: ['Destination Name'],
  },
  ringsId: {
    group: 'rings',
    products: NUMBER,
    schema: id,
    textFormat: true,
    help: 'Its ID on the platform, in place of ringsName.',
    synonyms: ['Destination ID'],
  },

  portOrder: {
    group: 'port',
    products: SERVICES,
    schema: text({ kind: 'identifier', max: 100 }),
    textFormat: true,
    default: 'the numbers of the account with one billing number are one order',
    help: 'Rows of an account with the same text here are one port order: they go or wait together.',
    synonyms: ['Port Order ID', 'Port Order Number', 'Port Group', 'Port Request', 'LNP Order'],
  },
  portDate: {
    group: 'port',
    products: SERVICES,
    schema: calendarDate,
    isDate: true,
    default: 'required with numberSource PORT',
    help: 'The day on which the number is to be ported, such as 2027-01-15; a working day that the losing carrier offers.',
    synonyms: ['Requested Port Date', 'Porting Date', 'Requested Due Date', 'CRD', 'Customer Request Date'],
  },
  billingTelephoneNumber: {
    group: 'port',
    products: SERVICES,
    ...phone,
    default: "the order's number, where it has one only",
    help: 'The main number of the account at the losing carrier, which its bills name.',
    synonyms: ['Billing TN', 'Billing Telephone', 'Billing Number', 'Billing Phone Number', 'Port BTN'],
  },
  portWireType: {
    group: 'port',
    products: SERVICES,
    ...choice(['WIRELINE', 'WIRELESS'], { landline: 'WIRELINE', mobile: 'WIRELESS', cell: 'WIRELESS' }),
    default: 'WIRELINE',
    help: 'Whether the number is of a landline or a mobile carrier now.',
    synonyms: ['Wire Type', 'Porting Wire Type', 'Port Type'],
  },
  portAuthorizedName: {
    group: 'port',
    products: SERVICES,
    schema: shortPersonName,
    freeText: true,
    default: 'first and last name of a RESIDENTIAL customer; required for BUSINESS',
    help: 'The person who may order the port, as the losing carrier knows the name.',
    synonyms: [
      'Authorized Name',
      'Porting Authorized Name',
      'Authorized Person',
      'Authorized By',
      'LOA Signer',
    ],
  },
  wirelessAccountNumber: {
    group: 'port',
    products: SERVICES,
    schema: portSecret(256),
    textFormat: true,
    secret: true,
    default: 'required for WIRELESS',
    help: 'The account number at the mobile carrier; it is kept in no result.',
    synonyms: ['Wireless Account', 'Mobile Account Number'],
  },
  wirelessPin: {
    group: 'port',
    products: SERVICES,
    schema: portSecret(15),
    textFormat: true,
    secret: true,
    default: 'required for WIRELESS',
    help: 'The PIN at the mobile carrier, at most 15 characters; it is kept in no result.',
    synonyms: ['Port PIN', 'Porting PIN', 'Wireless PIN Number', 'Mobile PIN', 'Transfer PIN'],
  },
  losingCarrier: {
    group: 'port',
    products: SERVICES,
    schema: words,
    freeText: true,
    help: 'The carrier that the number comes from.',
    synonyms: ['Current Carrier', 'Old Carrier', 'Losing Provider', 'Current Provider'],
  },
  portNotes: {
    group: 'port',
    products: SERVICES,
    schema: words,
    freeText: true,
    help: 'A note for those who work on the port order.',
    synonyms: ['Porting Notes', 'Port Comments', 'LNP Notes'],
  },

  e911Address: {
    group: 'e911',
    products: SERVICES,
    schema: street,
    default: "the number's address",
    help: 'The street address for emergency calls, when it differs from the address of the number.',
    synonyms: ['E911 Street', 'E911 Street Address', '911 Address', 'Emergency Address'],
  },
  e911City: {
    group: 'e911',
    products: SERVICES,
    schema: street,
    help: 'The city of the E911 address.',
    synonyms: ['911 City', 'Emergency City'],
  },
  e911State: {
    group: 'e911',
    products: SERVICES,
    schema: state,
    help: 'The state or province of the E911 address.',
    synonyms: ['E911 Province', '911 State', 'Emergency State'],
  },
  e911PostalCode: {
    group: 'e911',
    products: SERVICES,
    schema: postalCode,
    textFormat: true,
    help: 'The ZIP or postal code of the E911 address.',
    synonyms: ['E911 ZIP', 'E911 Zip Code', '911 Zip', 'Emergency Zip'],
  },
  e911Country: {
    group: 'e911',
    products: SERVICES,
    ...country,
    default: "the country of its state or postal code, else the number's",
    help: 'USA or CAN, for the E911 address.',
    synonyms: ['911 Country', 'Emergency Country'],
  },
  e911SecondaryLocationDescription: {
    group: 'e911',
    products: SERVICES,
    ...secondaryLocation,
    help: 'What e911Unit counts: SUITE, APARTMENT, FLOOR and so on.',
    synonyms: ['E911 Secondary Location', 'E911 Unit Type'],
  },
  e911Unit: {
    group: 'e911',
    products: SERVICES,
    schema: unit,
    textFormat: true,
    help: 'The number of the suite, apartment, floor and so on of the E911 address.',
    synonyms: ['E911 Suite', 'E911 Apt', '911 Unit'],
  },
  e911Correction: {
    group: 'e911',
    products: SERVICES,
    ...choice(['ACCEPT', 'INSIST']),
    help: 'Only for an E911 address that its provider has rejected: ACCEPT takes the correction that it proposes, INSIST keeps the address. Final: undo does not take it back.',
    synonyms: ['E911 Answer', '911 Correction'],
  },

  e911Language: {
    group: 'e911',
    products: SERVICES,
    ...choice(['en-US', 'fr-CA'], {
      english: 'en-US',
      en: 'en-US',
      french: 'fr-CA',
      fr: 'fr-CA',
      francais: 'fr-CA',
    }),
    default: "the platform's",
    help: 'The language of emergency calls, en-US or fr-CA; only with an E911 address in Canada.',
    synonyms: ['911 Language', 'Emergency Language'],
  },

  deviceTypeId: {
    group: 'device',
    products: DEVICES,
    schema: id,
    help: "The device's make and model as the platform names it, such as SPA122 or VVX400; goes together with macAddress.",
    example: { BCC: 'VVX400', HOME_PHONE: 'SPA122', BUSINESS_LINE: 'SPA122' },
    synonyms: ['Device Type', 'Device Model', 'Model', 'Device', 'Phone Model'],
  },
  macAddress: {
    group: 'device',
    products: DEVICES,
    schema: macAddress,
    textFormat: true,
    uniqueIn: 'input',
    help: 'The MAC address on the label of the device: 12 characters 0-9 and A-F.',
    example: { BCC: '0004f2ab1001', HOME_PHONE: '0004f2ab2001', BUSINESS_LINE: '0004f2ab3001' },
    synonyms: ['MAC', 'Mac Addr', 'MAC ID', 'Device MAC', 'Device Mac Address'],
  },
  lineNumber: {
    group: 'device',
    products: DEVICES,
    schema: wholeNumber(1, 100),
    blank: 1,
    help: 'Which line of the device, or port of the ATA.',
    example: { BCC: '1', HOME_PHONE: '1', BUSINESS_LINE: '1' },
    synonyms: ['Line #', 'Line No', 'Port', 'Port Number', 'Device Line', 'Device Port'],
  },
  deviceName: {
    group: 'device',
    products: USERS,
    schema: words,
    freeText: true,
    help: 'What the device is called, such as West Lobby.',
    example: { BCC: 'Front desk' },
    synonyms: ['Device Label', 'Device Description'],
  },
  emergencyNumber: {
    group: 'device',
    products: USERS,
    ...callback,
    namesNumber: true,
    help: 'The number that 911 calls back; it has to be on the account.',
    synonyms: ['911 Callback Number', 'Emergency Callback', 'E911 Number'],
  },
  faxEnabled: {
    group: 'device',
    products: DEVICES,
    ...flag,
    blank: false,
    help: 'Whether a fax machine hangs on the line.',
    synonyms: ['Fax'],
  },

  lineName: {
    group: 'businessLine',
    products: LINE,
    required: LINE,
    schema: words,
    freeText: true,
    uniqueIn: 'account',
    help: 'What the line is called, unique in the account.',
    example: { BUSINESS_LINE: 'Front counter' },
    synonyms: ['Business Line Name', 'Line Label', 'Line Description'],
  },
  callerIdPhoneNumber: {
    group: 'businessLine',
    products: LINE,
    ...localPhone,
    namesNumber: true,
    help: 'The number that the line shows when it calls; it has to be on the account.',
    synonyms: ['Caller ID', 'CLID'],
  },
  callerIdVisible: {
    group: 'businessLine',
    products: RINGING,
    ...flag,
    help: 'Whether the line or user shows its number when calling.',
    example: { BUSINESS_LINE: 'TRUE' },
    synonyms: ['Show Caller ID'],
  },
  emergencyCallbackPhoneNumber: {
    group: 'businessLine',
    products: LINE,
    ...callback,
    namesNumber: true,
    help: 'The number that 911 calls back; it has to be on the account.',
    synonyms: ['Emergency Callback Number', 'Emergency Callback Phone'],
  },
  activeCallHandling: {
    group: 'businessLine',
    products: RINGING,
    ...choice(['RING_LINE', 'FORWARD']),
    blank: 'RING_LINE',
    default: "RING_LINE (a user: the platform's)",
    help: 'Whether a call rings the line or user, or is forwarded to forwardToPhoneNumber.',
    synonyms: ['Call Handling'],
  },
  callWaitingEnabled: {
    group: 'businessLine',
    products: RINGING,
    ...flag,
    help: 'Whether a second call may come in while the line or user is in a call.',
    example: { BUSINESS_LINE: 'TRUE' },
    synonyms: ['Call Waiting'],
  },
  busyAction: {
    group: 'businessLine',
    products: RINGING,
    ...ringAction,
    blank: 'VOICEMAIL',
    default: "VOICEMAIL (a user: the platform's)",
    help: 'What happens when the line or user is busy.',
    synonyms: ['Busy', 'On Busy'],
  },
  busyForwardTo: {
    group: 'businessLine',
    products: RINGING,
    ...phone,
    help: 'Where a busy line or user forwards to; required with busyAction FORWARD.',
    synonyms: ['Busy Forward Number', 'Forward on Busy'],
  },
  unregisteredAction: {
    group: 'businessLine',
    products: RINGING,
    ...ringAction,
    blank: 'VOICEMAIL',
    default: "VOICEMAIL (a user: the platform's)",
    help: 'What happens when the line, or the phone of the user, is out of service.',
    synonyms: ['Unregistered', 'Out of Service Action'],
  },
  unregisteredForwardTo: {
    group: 'businessLine',
    products: RINGING,
    ...phone,
    help: 'Where a line or user out of service forwards to; required with unregisteredAction FORWARD.',
    synonyms: ['Unregistered Forward Number', 'Out of Service Forward To'],
  },
  noAnswerAction: {
    group: 'businessLine',
    products: RINGING,
    ...ringAction,
    default: "the line rings on (a user: the platform's)",
    help: 'What happens when nobody answers.',
    example: { BUSINESS_LINE: 'VOICEMAIL' },
    synonyms: ['No Answer', 'On No Answer'],
  },
  noAnswerForwardTo: {
    group: 'businessLine',
    products: RINGING,
    ...phone,
    help: 'Where an unanswered call is forwarded to; required with noAnswerAction FORWARD.',
    synonyms: ['No Answer Forward Number', 'Forward on No Answer'],
  },
  noAnswerTimeoutSeconds: {
    group: 'businessLine',
    products: RINGING,
    schema: wholeNumber(1, 600),
    help: 'How long it rings before noAnswerAction, in seconds.',
    example: { BUSINESS_LINE: '20' },
    synonyms: ['No Answer Timeout', 'Ring Timeout', 'No Answer Seconds'],
  },
  forwardToPhoneNumber: {
    group: 'businessLine',
    products: RINGING,
    ...phone,
    help: 'Where all calls are forwarded to; required with activeCallHandling FORWARD.',
    synonyms: ['Forward To', 'Forward Number', 'Call Forward Number'],
  },
  voicemailBoxId: {
    group: 'businessLine',
    products: LINE,
    schema: voicemailBox,
    textFormat: true,
    help: 'The ID of a voicemail box that is there already; voicemailBoxName makes one, or finds it by its name.',
    synonyms: ['Voicemail Box', 'Voicemail', 'VM Box'],
  },

  voicemailBoxName: {
    group: 'voicemail',
    products: BOXES,
    schema: words,
    freeText: true,
    default: 'no box: callers of an action VOICEMAIL reach none',
    help: 'The voicemail box that callers reach, made once for all rows of the account that name it; not together with voicemailBoxId.',
    example: { BUSINESS_LINE: 'Hardware counter', HUNT_GROUP: 'Hardware counter' },
    synonyms: ['VM Box Name', 'Mailbox', 'Mailbox Name', 'Voicemail Name'],
  },
  voicemailEmail: {
    group: 'voicemail',
    products: WITH_BOX,
    schema: emailAddresses,
    default: "the box's first row's; blank there: messages are not mailed",
    help: 'The e-mail addresses that messages are sent to, separated by semicolons; of a BCC or HOME_PHONE user they are those of the box that it came with.',
    example: { BUSINESS_LINE: 'counter@example.com' },
    synonyms: ['Voicemail to Email', 'VM Email', 'Voicemail Email Address', 'Voicemail Email Addresses'],
  },
  voicemailKeepAfterEmail: {
    group: 'voicemail',
    products: WITH_BOX,
    ...flag,
    default: "TRUE with voicemailEmail, or what the box's first row says",
    help: 'Whether a message stays in the box once it was sent by e-mail.',
    synonyms: ['Keep Voicemail', 'Keep Voicemail After Email', 'Keep After Email'],
  },
  voicemailLocale: {
    group: 'voicemail',
    products: WITH_BOX,
    ...choice(['en-US', 'fr-CA', 'es-MX'], {
      english: 'en-US',
      french: 'fr-CA',
      spanish: 'es-MX',
    }),
    default: "the platform's, or what the box's first row says",
    help: 'The language that the box speaks.',
    synonyms: ['Voicemail Language', 'VM Language'],
  },

  huntGroupName: {
    group: 'huntGroup',
    products: GROUP,
    required: GROUP,
    schema: words,
    freeText: true,
    uniqueIn: 'account',
    help: 'What the group is called, unique in the account.',
    example: { HUNT_GROUP: 'Counter and yard' },
    synonyms: ['Hunt Group', 'Hunt Group Label', 'Ring Group', 'Ring Group Name'],
  },
  huntStrategy: {
    group: 'huntGroup',
    products: GROUP,
    required: GROUP,
    ...HUNT_STRATEGIES,
    help: 'LINEAR rings the members in their order for one common time, SEQUENTIAL each for a time of its own, SIMULTANEOUS all at once.',
    example: { HUNT_GROUP: 'LINEAR' },
    synonyms: ['Hunt Type', 'Hunting Type', 'Hunt Group Type', 'Ring Strategy', 'Hunting'],
  },
  huntMembers: {
    group: 'huntGroup',
    products: GROUP,
    required: GROUP,
    schema: huntMembers,
    freeText: true,
    help: 'The names of business lines of the account, in their order, separated by semicolons; behind a colon the seconds that a member of SEQUENTIAL rings.',
    example: { HUNT_GROUP: 'Front counter' },
    synonyms: ['Hunt Group Members', 'Members', 'Member Lines', 'Hunt Lines'],
  },
  huntRingTimeoutSeconds: {
    group: 'huntGroup',
    products: GROUP,
    schema: wholeNumber(0, 3600),
    default:
      'required for LINEAR and SIMULTANEOUS, and for members of SEQUENTIAL without seconds of their own',
    help: 'How long the members ring, in seconds; of SEQUENTIAL each member that has no time of its own.',
    example: { HUNT_GROUP: '20' },
    synonyms: ['Hunt Ring Timeout', 'Hunt Timeout', 'Hunt Ring Seconds'],
  },
  huntNoAnswerAction: {
    group: 'huntGroup',
    products: GROUP,
    ...ringAction,
    default: "the platform's",
    help: 'What happens when no member answers.',
    example: { HUNT_GROUP: 'VOICEMAIL' },
    synonyms: ['Hunt No Answer', 'Hunt Group No Answer'],
  },
  huntNoAnswerForwardTo: {
    group: 'huntGroup',
    products: GROUP,
    ...phone,
    help: 'Where a call that no member answers is forwarded to; required with huntNoAnswerAction FORWARD.',
    synonyms: ['Hunt No Answer Forward Number', 'Hunt Forward on No Answer'],
  },
  huntBusyAction: {
    group: 'huntGroup',
    products: GROUP,
    ...ringAction,
    default: "the platform's",
    help: 'What happens when all members are busy.',
    synonyms: ['Hunt Busy', 'Hunt Group Busy'],
  },
  huntBusyForwardTo: {
    group: 'huntGroup',
    products: GROUP,
    ...phone,
    help: 'Where a call of a busy group is forwarded to; required with huntBusyAction FORWARD.',
    synonyms: ['Hunt Busy Forward Number', 'Hunt Forward on Busy'],
  },
  huntUnregisteredAction: {
    group: 'huntGroup',
    products: GROUP,
    ...ringAction,
    default: "the platform's",
    help: 'What happens when the members are out of service.',
    synonyms: ['Hunt Unregistered', 'Hunt Out of Service Action'],
  },
  huntUnregisteredForwardTo: {
    group: 'huntGroup',
    products: GROUP,
    ...phone,
    help: 'Where a call of a group out of service is forwarded to; required with huntUnregisteredAction FORWARD.',
    synonyms: ['Hunt Unregistered Forward Number', 'Hunt Out of Service Forward To'],
  },

  trunkName: {
    group: 'sipTrunk',
    products: TRUNK,
    required: TRUNK,
    schema: words,
    freeText: true,
    uniqueIn: 'input',
    help: 'What the trunk is called; it must be unique.',
    example: { SIP_TRUNK: 'TIMP-HQ-1' },
    synonyms: ['SIP Trunk Name', 'Name of Trunk'],
  },
  concurrentCalls: {
    group: 'sipTrunk',
    products: TRUNK,
    required: TRUNK,
    schema: wholeNumber(1, 100_000),
    help: 'How many calls the trunk carries at the same time, at least 1.',
    example: { SIP_TRUNK: '10' },
    synonyms: ['Concurrent Call Paths', 'Call Paths', 'Channels', 'Max Calls', 'Sessions'],
  },
  sipUsername: {
    group: 'sipTrunk',
    products: TRUNK,
    schema: text({
      kind: 'identifier',
      min: 8,
      max: 36,
      pattern: { matches: /^[A-Za-z0-9\-_.]+$/, says: 'letters A-Z, digits, "-", "_" and "." only' },
    }),
    textFormat: true,
    default: 'generated',
    uniqueIn: 'input',
    help: 'The SIP user of the PBX, 8 to 36 characters; best left blank, it is then generated.',
    synonyms: ['SIP User', 'SIP Login', 'Trunk Username'],
  },
  sipPassword: {
    group: 'sipTrunk',
    products: TRUNK,
    schema: sipPassword,
    textFormat: true,
    secret: true,
    default: 'generated',
    help: 'The SIP password of the PBX, at least 6 characters; best left blank, it is then generated.',
    synonyms: ['SIP Secret', 'Trunk Password'],
  },
  primaryTn: {
    group: 'sipTrunk',
    products: TRUNK,
    ...localPhone,
    namesNumber: true,
    help: 'The number that 7-digit dialing and local services go by; it has to be on the account.',
    synonyms: ['Primary Phone Number', 'Primary Number', 'Main TN', 'BTN'],
  },
  callbackNumber: {
    group: 'sipTrunk',
    products: TRUNK,
    ...callback,
    namesNumber: true,
    help: 'The number that 911 calls back; it has to be on the account.',
    synonyms: ['Callback', 'E911 Callback', 'E911 Callback Number'],
  },
  localServicesEnabled: {
    group: 'sipTrunk',
    products: TRUNK,
    ...flag,
    blank: false,
    help: 'Whether the trunk may dial local services (811, 211 and so on).',
    example: { SIP_TRUNK: 'TRUE' },
    synonyms: ['Local Services'],
  },
  extensionPatterns: {
    group: 'sipTrunk',
    products: TRUNK,
    schema: extensionPatterns,
    textFormat: true,
    help: 'The extensions that are routed to the trunk, separated by semicolons; X is any digit.',
    example: { SIP_TRUNK: '21XX;2205' },
    synonyms: ['Extension Pattern', 'Extension Ranges', 'Ext Patterns'],
  },
} as const satisfies Record<string, Column>;

/** The name of a column, as it stands in the header of a template. */
export type ColumnName = keyof typeof COLUMNS;

/** All columns in the order of the table. */
export const COLUMN_NAMES = Object.keys(COLUMNS) as readonly ColumnName[];

/** The typed values of a row; what was blank or unusable is absent. */
export type RowValues = { [Name in ColumnName]?: z.output<(typeof COLUMNS)[Name]['schema']> };

/** The columns of a group, in the order of the table. */
export function columnsOf(group: ColumnGroup): ColumnName[] {
  return COLUMN_NAMES.filter((column) => COLUMNS[column].group === group);
}

/** The columns that say something of a user, which its first row speaks for: some are those of a line and its box, too. */
export const USER_COLUMNS: readonly ColumnName[] = COLUMN_NAMES.filter((column) => {
  const { group, products } = columnOf(column);
  return group === 'user' || (['businessLine', 'voicemail'].includes(group) && products.includes('BCC'));
});

/** The entry of a column with the type of any entry, for code that goes over all of them. */
export function columnOf(column: ColumnName): Column {
  return COLUMNS[column];
}

/** Whether one value of a column can be right for all rows of a sheet: a choice or a number, not a name or an ID. */
export function mayBeForAll(column: ColumnName): boolean {
  const { options, schema } = columnOf(column);
  return options !== undefined || typeof schema.read('4') === 'number';
}

/** The columns that have an always equal value where they are blank. */
export type BlankColumn = {
  [Name in ColumnName]: (typeof COLUMNS)[Name] extends { readonly blank: unknown } ? Name : never;
}[ColumnName];

/** The columns whose values may be only once. */
export type UniqueColumn = {
  [Name in ColumnName]: (typeof COLUMNS)[Name] extends { readonly uniqueIn: string } ? Name : never;
}[ColumnName];

/** The columns that name a number of the account. */
export type NumberColumn = {
  [Name in ColumnName]: (typeof COLUMNS)[Name] extends { readonly namesNumber: true } ? Name : never;
}[ColumnName];

/** The columns that name a number of the account, in the order of the table. */
export const NUMBER_COLUMNS = COLUMN_NAMES.filter(
  (column) => columnOf(column).namesNumber === true,
) as NumberColumn[];

/** The columns that describe a voicemail box; its name says which one it is. */
export const BOX_COLUMNS = columnsOf('voicemail').filter((column) => column !== 'voicemailBoxName');

/** The columns whose cells are secrets. */
export const SECRET_COLUMNS: ReadonlySet<ColumnName> = new Set(
  COLUMN_NAMES.filter((column) => columnOf(column).secret === true),
);

/** What stands in place of a typed secret in every file that a run writes. */
export function maskOf(column: ColumnName): string {
  return column === 'sipPassword' ? SECRET_MASK : TYPE_AGAIN;
}

/** What a blank cell means, in words for header notes and the manual; '' where it means nothing. */
export function blankMeans(name: ColumnName): string {
  const { blank, default: words, namesNumber } = columnOf(name);
  if (words !== undefined) return words;
  if (namesNumber === true) return "the row's number";
  return typeof blank === 'boolean' ? String(blank).toUpperCase() : String(blank ?? '');
}

/** The columns that results carry. A header that is exactly one of them is ignored, so that results can come back in. */
export const RESULT_COLUMNS = [
  'status',
  'accountId',
  'userId',
  'assignedPhoneNumber',
  'businessLineId',
  'sipTrunkId',
  'deviceId',
  'huntGroupId',
  'assignedVoicemailBoxId',
  'numberStatus',
  'portId',
  'portStatus',
  'focDate',
  'e911Status',
  'welcomeEmailSent',
  'failedStep',
  'error',
  'hint',
  'warnings',
  'finishedAt',
] as const;

/** Those that results of earlier versions do not have. */
export const LATER_RESULT_COLUMNS: ReadonlySet<(typeof RESULT_COLUMNS)[number]> = new Set([
  'welcomeEmailSent',
  'huntGroupId',
  'assignedVoicemailBoxId',
]);

/** The columns after them, where a file has them: where in the input each of its rows first stood. */
export const INPUT_COLUMNS = ['inputFile', 'inputSheet', 'inputRow'] as const;
