import type { Notice, NoticeCode } from '../sheet/table.js';

/** An `error` keeps the row from being sent; a `warning` does not. */
export type Severity = 'error' | 'warning';

/**
 * Everything that can be wrong with an input, one entry a cause: how bad it is, and what the cause is called where
 * problems are grouped.
 */
export const PROBLEM_CODES = {
  // the file or worksheet as a whole
  ENCODING_ASSUMED: { severity: 'warning', title: 'Text encoding was guessed' },
  CONTENT_NOT_EXTENSION: { severity: 'warning', title: 'File is not what its name says' },
  LINES_ABOVE_HEADER: { severity: 'warning', title: 'Lines above the header were passed over' },
  DUPLICATE_HEADER: { severity: 'warning', title: 'A header stands twice' },
  CELLS_BEYOND_HEADER: { severity: 'warning', title: 'Cells stand to the right of the header' },
  CELLS_WITHOUT_HEADER: { severity: 'warning', title: 'Cells stand below a blank header' },
  HEADER_REPEATED: { severity: 'warning', title: 'The header is repeated among the rows' },
  MAY_BE_CUT_OFF: { severity: 'warning', title: 'File may be cut off' },
  QUOTES_KEPT: { severity: 'warning', title: 'Quotes were taken for a part of the text' },
  HIDDEN_CELLS: { severity: 'warning', title: 'Hidden rows or columns were read' },
  HIDDEN_SHEET: { severity: 'warning', title: 'A hidden worksheet was not read' },
  NO_ROWS: { severity: 'warning', title: 'A sheet has no rows' },
  SHEET_LEFT_OUT: { severity: 'warning', title: 'A sheet was not read, as the profile says' },
  SHEET_NOT_THERE: { severity: 'warning', title: 'Profile names a sheet that is not there' },
  NOT_DATA: { severity: 'warning', title: 'A worksheet is no data and was left alone' },

  // the table and its header
  MISSING_COLUMN: { severity: 'error', title: 'A required column is missing from the sheet' },
  AMBIGUOUS_HEADER: { severity: 'error', title: 'Two headers stand for the same column' },
  MERGED_HEADER: { severity: 'error', title: 'A header is merged over several columns' },
  ANOTHER_HEADER: { severity: 'error', title: 'A second table stands below the first' },
  NOT_FOR_IMPORT: { severity: 'error', title: 'A worksheet holds no rows to import' },
  MISTAKEN_HEADER: { severity: 'warning', title: 'A header was probably taken for the wrong column' },
  SKIP_WITHOUT_COLUMN: {
    severity: 'warning',
    title: 'Profile leaves rows out by a column that is not there',
  },
  UNKNOWN_COLUMN: { severity: 'warning', title: 'Column is not known and is not used' },
  PROFILE_HEADER_NOWHERE: { severity: 'warning', title: 'A header of the profile is in no sheet' },

  // the form of a row
  ROW_TOO_LONG: { severity: 'error', title: 'Row has more cells than the header' },
  ROW_TOO_SHORT: { severity: 'warning', title: 'Row has fewer cells than the header' },
  QUOTE_NOT_CLOSED: { severity: 'error', title: 'A quote is opened and never closed' },

  ROW_LEFT_OUT: { severity: 'warning', title: 'Row was left out, as the profile says' },

  // corrections of --edits
  SHEET_EDITED: { severity: 'warning', title: 'Cells or rows were changed, as the edits say' },
  ROW_OMITTED: { severity: 'warning', title: 'Row was left out, as the edits say' },
  EDIT_STALE: { severity: 'error', title: 'An edit was made for another text than the cell holds' },
  EDITS_READABLE: { severity: 'warning', title: 'Edits hold a password, and others can read them' },

  // what a spreadsheet did to a cell
  CELL_ERROR: { severity: 'error', title: 'Cell holds a spreadsheet error' },
  FORMULA_NOT_CALCULATED: { severity: 'error', title: 'Formula was never calculated' },
  COLUMN_TOO_NARROW: { severity: 'error', title: 'Column was too narrow to show the value' },
  DIGITS_LOST: { severity: 'error', title: 'Spreadsheet rounded the digits away' },
  TURNED_INTO_DATE: { severity: 'error', title: 'Spreadsheet turned the value into a date' },
  DATE_AS_TEXT: { severity: 'warning', title: 'A date stands where a text is expected' },
  LOOKS_LIKE_DATE: { severity: 'warning', title: 'A code looks like a date' },
  MERGED_CELL: { severity: 'warning', title: 'Value comes from a merged cell' },
  NUMBER_REPAIRED: { severity: 'warning', title: 'Decimals or exponent of a whole number were dropped' },
  MARK_DROPPED: { severity: 'warning', title: 'Marks that keep a value as text were dropped' },
  ZERO_RESTORED: { severity: 'warning', title: 'Leading zero of a postal code was restored' },

  // one value
  REQUIRED: { severity: 'error', title: 'A required cell is blank' },
  PLACEHOLDER: { severity: 'error', title: 'A placeholder stands where the cell should be blank' },
  NULL_WORD: { severity: 'warning', title: 'A name may stand for nothing' },
  CONTROL_CHARACTER: {
    severity: 'error',
    title: 'Text holds a line break, tab or invisible control character',
  },
  BROKEN_ENCODING: { severity: 'error', title: 'Letters were lost by a wrong text encoding' },
  SUSPECT_ENCODING: { severity: 'warning', title: 'Letters look damaged by a wrong text encoding' },
  INVISIBLE_CHARACTER: { severity: 'warning', title: 'Characters that do not show were taken out' },
  SIGN_IN_NAME: { severity: 'warning', title: 'A name holds a sign instead of a letter or digit' },
  LETTERS_LOST: { severity: 'warning', title: 'Question marks stand where letters were' },
  HTML_CODE: { severity: 'warning', title: 'Text holds HTML code' },
  TOO_LONG: { severity: 'error', title: 'Text is too long' },
  TOO_SHORT: { severity: 'error', title: 'Text is too short' },
  SHORT_TEXT: { severity: 'warning', title: 'Text is shorter than the platform documents' },
  INVALID_CHARACTER: { severity: 'error', title: 'Text holds a character that is not allowed' },
  NOT_AN_ID: { severity: 'error', title: 'Value is not an ID' },
  NOT_AN_OPTION: { severity: 'error', title: 'Value is none of the allowed values' },
  NOT_YES_OR_NO: { severity: 'error', title: 'Value is not a yes or no' },
  NOT_A_WHOLE_NUMBER: { severity: 'error', title: 'Value is not a whole number' },
  OUT_OF_RANGE: { severity: 'error', title: 'Number is out of range' },
  BILLING_DAY_LATE: { severity: 'warning', title: 'Billing cycle day is not in every month' },
  PHONE_NUMBER_INVALID: { severity: 'error', title: 'Phone number is not a North American number' },
  TOLL_FREE_NUMBER: { severity: 'warning', title: 'A toll-free number stands where a local one is meant' },
  TOLL_FREE_CALLBACK: { severity: 'error', title: 'A toll-free number cannot be called back by 911' },
  MAC_ADDRESS_INVALID: { severity: 'error', title: 'MAC address is not 12 hexadecimal characters' },
  EMAIL_INVALID: { severity: 'error', title: 'E-mail address is not valid' },
  EXTENSION_INVALID: { severity: 'error', title: 'Extension is not valid' },
  EXTENSION_LENGTH: { severity: 'error', title: "Extension has not the account's extension length" },
  EXTENSION_PATTERN_LENGTH: {
    severity: 'warning',
    title: "Extension pattern has not the account's extension length",
  },
  EXTENSION_PATTERN_INVALID: { severity: 'error', title: 'Extension pattern is not valid' },
  STATE_UNKNOWN: { severity: 'error', title: 'State or province is not known' },
  STATE_OF_OTHER_COUNTRY: { severity: 'error', title: 'State or province is not of that country' },
  POSTAL_CODE_INVALID: { severity: 'error', title: 'Postal code is not valid' },
  POSTAL_CODE_OF_OTHER_STATE: { severity: 'warning', title: 'Postal code belongs to another state' },
  DATE_INVALID: { severity: 'error', title: 'Text is no date' },
  DATE_AMBIGUOUS: { severity: 'warning', title: 'Date was read with the month first' },
  TIME_ZONE_UNKNOWN: { severity: 'error', title: 'Time zone is not one of the platform' },

  // the cells of one row together
  NOT_USED: { severity: 'warning', title: 'Column is not used by the product' },
  NOT_ALLOWED: { severity: 'error', title: 'Value is not allowed for the product' },
  NO_EFFECT: { severity: 'warning', title: 'Value has no effect' },
  USERNAME_IS_EMAIL: { severity: 'warning', title: 'Username is an e-mail address' },
  NUMBER_SOURCE_CONFLICT: {
    severity: 'error',
    title: 'Number source and phone number contradict each other',
  },
  STAGED_NOT_POSSIBLE: { severity: 'error', title: 'Number cannot be staged' },
  MOVE_NOT_POSSIBLE: { severity: 'error', title: 'Number cannot be moved at cut-over' },
  NOT_A_TARGET: { severity: 'error', title: 'Not something that a number rings' },
  LISTED_WITHOUT_TYPE: { severity: 'warning', title: 'Listed in the directory without a listing type' },
  TYPE_WITHOUT_LISTED: { severity: 'warning', title: 'Listing type is given, but the number is not listed' },
  TWO_VOICEMAIL_BOXES: { severity: 'error', title: 'Row names two voicemail boxes' },
  HUNT_MEMBER_TWICE: { severity: 'error', title: 'Hunt group names a line twice' },
  NO_RING_TIME: { severity: 'warning', title: 'Members of a hunt group ring for 0 seconds' },
  UNIT_INCOMPLETE: { severity: 'warning', title: 'Unit and its kind are not both given' },
  UNIT_CONTRADICTS: { severity: 'warning', title: 'Unit names another kind of unit than its column' },
  PORT_DATE_PAST: { severity: 'warning', title: 'Port date is past' },
  PORT_DATE_NO_WORKDAY: { severity: 'warning', title: 'Port date is no working day' },
  PORT_DATE_FAR: { severity: 'warning', title: 'Port date is more than 30 days off' },
  PORT_TOLL_FREE: { severity: 'error', title: 'A toll-free number cannot be ported' },
  DEVICE_NOT_ATA: { severity: 'warning', title: 'Device is an IP phone, but the product needs an ATA' },

  RINGS_TWICE: { severity: 'error', title: 'What a number rings is given by name and by ID' },
  RINGS_WITHOUT_NAME: { severity: 'error', title: 'What a number rings cannot be found by its name' },

  EXAMPLE_ROW: { severity: 'warning', title: 'Example row of the template was left in' },
  EXAMPLE_ROW_REFUSED: { severity: 'error', title: 'Example row of the template would be sent' },

  // rows together
  ACCOUNT_CONFLICT: { severity: 'error', title: 'Rows of one account disagree' },
  ACCOUNT_TYPE_MIXED: { severity: 'error', title: 'Home Phone and business products share an account' },
  ACCOUNT_NUMBER_LOOKALIKE: { severity: 'error', title: 'Two account numbers are nearly the same' },
  SECOND_HOME_PHONE: { severity: 'error', title: 'Home Phone account has a second row' },
  JOINS_NOTHING: { severity: 'error', title: 'No row brings the account or user that a row names' },
  USER_CONFLICT: { severity: 'error', title: 'Rows of one user disagree' },
  DUPLICATE_ROW: { severity: 'error', title: 'Row repeats a user and adds nothing' },
  ANOTHER_SEARCH: { severity: 'warning', title: 'Row orders another number for a user' },
  CALLER_ID_TAKEN: { severity: 'error', title: 'Two numbers of a user are to be its caller ID' },
  NOT_CALLER_ID: { severity: 'warning', title: 'Further number of a user is not its caller ID' },
  EXTENSION_TAKEN: { severity: 'error', title: 'Extension is used twice in an account' },
  USERNAME_TAKEN: { severity: 'error', title: 'Username is used twice' },
  PHONE_NUMBER_TAKEN: { severity: 'error', title: 'Phone number is used twice' },
  MAC_ADDRESS_TAKEN: { severity: 'error', title: 'Device line is used twice' },
  LINE_NAME_TAKEN: { severity: 'error', title: 'Line name is used twice in an account' },
  HUNT_GROUP_NAME_TAKEN: { severity: 'error', title: 'Hunt group name is used twice in an account' },
  HUNT_MEMBER_NOT_IN_SHEET: { severity: 'warning', title: 'No row brings a line that a hunt group rings' },
  VOICEMAIL_BOX_CONFLICT: { severity: 'error', title: 'Rows of one voicemail box disagree' },
  NO_VOICEMAIL_BOX: { severity: 'warning', title: 'Callers are sent to voicemail without a box' },
  TRUNK_NAME_TAKEN: { severity: 'error', title: 'Trunk name is used twice' },
  SIP_USERNAME_TAKEN: { severity: 'error', title: 'SIP username is used twice' },
  PORT_ORDER_CONFLICT: { severity: 'error', title: 'Rows of one port order disagree' },
  NUMBER_NOT_IN_SHEET: { severity: 'warning', title: 'No row brings the phone number' },
  NUMBER_OF_OTHER_ACCOUNT: { severity: 'error', title: 'Phone number belongs to another account' },

  // what the platform says in a dry run
  ACCOUNT_IS_ANOTHER: {
    severity: 'error',
    title: 'Account number belongs to another account on the platform',
  },
  USER_IS_ANOTHER: { severity: 'error', title: 'Extension belongs to another person on the platform' },
  ADDRESS_REFUSED: { severity: 'error', title: 'Platform does not accept the address' },
  ADDRESS_READ_DIFFERENTLY: { severity: 'warning', title: 'Platform reads the address differently' },
  NUMBER_NOT_IN_INVENTORY: { severity: 'error', title: 'Phone number is not in the inventory' },
  NUMBER_NOT_FREE: { severity: 'error', title: 'Phone number is in use on the platform' },
  RINGS_NOTHING_THERE: { severity: 'error', title: 'What the number is to ring is not on the account' },
  RINGS_SEVERAL: {
    severity: 'error',
    title: 'Several things on the account have the name that the number rings',
  },
  NUMBER_NOT_ON_ACCOUNT: { severity: 'error', title: 'Number that is to be moved is not on the account' },
  RINGS_SOMETHING_ELSE: {
    severity: 'warning',
    title: 'Number that is to be moved rings something else than movesFrom',
  },
  OWN_CARRIER_UNKNOWN: { severity: 'error', title: 'Partition has no such own carrier' },
  STAGED_CALLS: { severity: 'warning', title: 'Whether staged numbers may call' },
  PLATFORM_TYPE_OF_CARRIER: { severity: 'warning', title: 'Platform type for numbers of an own carrier' },
  NUMBERS_SCARCE: { severity: 'warning', title: 'Few phone numbers are near the address' },
  NO_NUMBERS: { severity: 'error', title: 'No phone number is near the address' },
  PORT_NOT_POSSIBLE: { severity: 'error', title: 'Platform cannot port the number' },
  PORT_ORDER_LATE: { severity: 'error', title: 'Port order is for a day that is past' },
  PORT_DATE_NOT_OFFERED: { severity: 'error', title: 'Port date is not offered' },
  PORT_WIRE_TYPE: { severity: 'warning', title: 'Number is of another kind of carrier than the sheet says' },
  PORT_CSR_DIFFERS: { severity: 'warning', title: 'Losing carrier has another customer record' },
  PORT_LISTING_NOT_ALLOWED: { severity: 'warning', title: 'Ported number cannot be listed in the directory' },
  PORT_NO_CARRIER: { severity: 'warning', title: 'No carrier of the partition ports numbers' },
  PORT_ORDER_INCOMPLETE: { severity: 'warning', title: 'Port order waits for another row' },
  USERNAME_NOT_FREE: { severity: 'error', title: 'Username is in use on the platform' },
  MAC_ADDRESS_NOT_FREE: { severity: 'error', title: 'MAC address is in use on the platform' },
  SIP_USERNAME_NOT_FREE: { severity: 'error', title: 'SIP username is in use on the platform' },
  DEVICE_TYPE_UNKNOWN: { severity: 'error', title: 'Device type is not known to the platform' },
  DEVICE_TYPE_NOT_ALLOWED: { severity: 'error', title: 'Device type is not allowed in the partition' },
  DEVICE_INVENTORY: { severity: 'warning', title: 'Partition takes only devices of its inventory' },
  EXTENSION_LIKE_SERVICE: { severity: 'warning', title: 'Extension is like the number of a service' },
  LOCATION_TYPE_NOT_OFFERED: { severity: 'error', title: 'Kind of unit is not offered in Canada' },
  DEVICE_LINE_TOO_HIGH: { severity: 'error', title: 'Device type has fewer lines' },
  CALLING_PLAN_UNKNOWN: { severity: 'error', title: 'Calling plan is not offered by the platform' },
  CALLING_PLAN_IS_ANOTHER: { severity: 'error', title: 'Another calling plan is set on the platform' },
  USER_PLAN_NOT_OFFERED: { severity: 'error', title: 'Account may not have the user plan' },
  NO_ACCOUNT_GROUP: { severity: 'warning', title: 'Account has no Cymbus group for the user plan' },
  TIME_ZONE_NOT_OFFERED: { severity: 'error', title: 'Time zone is not offered by the platform' },
  NOT_SURELY_THE_SAME: { severity: 'error', title: 'Nobody can tell which one is to be updated' },
  HUNT_MEMBER_UNKNOWN: { severity: 'error', title: 'Hunt group rings a line that is not on the account' },
  HUNT_MEMBER_AMBIGUOUS: {
    severity: 'error',
    title: 'Hunt group rings a line whose name is twice on the account',
  },
  DIFFERS_ON_PLATFORM: { severity: 'warning', title: 'What is on the platform differs from the sheet' },
  NOT_CHECKED: { severity: 'warning', title: 'Platform gave no answer to a check' },
} as const satisfies Record<string, { severity: Severity; title: string }> &
  Record<NoticeCode, { severity: 'warning'; title: string }>;

/** A name of {@link PROBLEM_CODES}. */
export type ProblemCode = keyof typeof PROBLEM_CODES;

/**
 * What is told before any problem of a cell, in this order: how the sheet is built decides what its cells mean. Problems
 * of a file that leave its columns as they are (an encoding, hidden rows) are not among them.
 */
export const STRUCTURE_CODES: readonly ProblemCode[] = [
  ...(['MISSING_COLUMN', 'MISTAKEN_HEADER', 'AMBIGUOUS_HEADER', 'MERGED_HEADER', 'ANOTHER_HEADER'] as const),
  ...(['NOT_FOR_IMPORT', 'PROFILE_HEADER_NOWHERE', 'UNKNOWN_COLUMN', 'NOT_DATA', 'HIDDEN_SHEET'] as const),
  ...(['SHEET_NOT_THERE', 'SKIP_WITHOUT_COLUMN'] as const),
  ...(['NO_ROWS', 'LINES_ABOVE_HEADER', 'DUPLICATE_HEADER', 'CELLS_WITHOUT_HEADER'] as const),
];

/** What is wrong at one place of the input, in the user's words. */
export interface Problem {
  /** the path as the user gave it */
  readonly file: string;
  /** the worksheet; null for CSV */
  readonly sheet: string | null;
  /** the row number that the spreadsheet shows; the header's row for problems of the table */
  readonly row: number;
  /** the column's name in the column table, or the header as typed where that is unknown; null: the row as a whole */
  readonly column: string | null;
  /** the column's header as typed, where it is another text than `column` */
  readonly header?: string;
  /** the cell as typed; never a secret */
  readonly value: string;
  readonly code: ProblemCode;
  /** what is wrong, one sentence */
  readonly message: string;
  /** what to do, one sentence */
  readonly hint: string;
  readonly severity: Severity;
  /** the row that the message names besides its own */
  readonly other?: OtherRow;
}

/** A row of the input that something else is said of, too. */
export type OtherRow = {
  /** as that of its record */
  readonly ordinal: number;
  readonly file: string;
  readonly sheet: string | null;
  readonly row: number;
};

/** A row in words, as seen from another one: `row 5`, `row 5 of worksheet "Users"`, `row 5 of users.csv`. */
export function rowText(
  { file, sheet, row }: Omit<OtherRow, 'ordinal'>,
  from: Pick<OtherRow, 'file' | 'sheet'>,
): string {
  const worksheet = sheet === null ? '' : ` of worksheet "${sheet}"`;
  if (file !== from.file) return `row ${row}${worksheet} of ${file}`;
  return sheet === from.sheet ? `row ${row}` : `row ${row}${worksheet}`;
}

/** Whether a problem keeps its row from being sent. */
export function isError(problem: Problem): boolean {
  return problem.severity === 'error';
}

/** A problem whose code says how severe it is. */
export function withSeverity<T extends Omit<Problem, 'severity'>>(
  problem: T,
): T & { readonly severity: Severity } {
  return { ...problem, severity: PROBLEM_CODES[problem.code].severity };
}

/** A problem with the header that its column has in the sheet; `headers` has those that are not the column's name. */
export function underHeader<T extends Pick<Problem, 'column'>>(
  problem: T,
  headers: ReadonlyMap<string, string> | undefined,
): T & Pick<Problem, 'header'> {
  const header = problem.column === null ? undefined : headers?.get(problem.column);
  return header === undefined ? problem : { ...problem, header };
}

/** What the reader noticed about a file or worksheet, as a problem of the input as a whole. */
export function noticeAsProblem({ file, sheet, row = 0, code, message, hint }: Notice): Problem {
  return withSeverity({ file, sheet, row, column: null, value: '', code, message, hint });
}
