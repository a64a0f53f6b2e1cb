import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ColumnName } from '../../src/records/columns.js';
import type { ProblemCode } from '../../src/records/problem.js';
import { read } from './read.js';

describe('values as people write them', () => {
  it.each<[ColumnName, string, unknown]>([
    ['phoneNumber', '(801) 555-1212', '18015551212'],
    ['phoneNumber', '801.555.1212', '18015551212'],
    ['phoneNumber', '+1 801 555 1212', '18015551212'],
    ['phoneNumber', '1-801-555-1212', '18015551212'],
    ['phoneNumber', '8015551212', '18015551212'],
    ['phoneNumber', '18015551212', '18015551212'],
    ['phoneNumber', '801–555–1212', '18015551212'],
    ['phoneNumber', '801\u00a0555\u00a01212', '18015551212'],
    ['phoneNumber', '\u202a8015551212\u202c', '18015551212'],
    ['phoneNumber', 'tel:+18015551212', '18015551212'],
    ['macAddress', '00:04:F2:AB:10:01', '0004f2ab1001'],
    ['macAddress', '00-04-f2-ab-10-01', '0004f2ab1001'],
    ['macAddress', '0004.f2ab.1001', '0004f2ab1001'],
    ['macAddress', '00 04 F2 AB 10 01', '0004f2ab1001'],
    ['macAddress', '112233445566', '112233445566'],
    ['directoryListed', 'yes', true],
    ['directoryListed', 'Y', true],
    ['directoryListed', 'x', true],
    ['directoryListed', '1', true],
    ['directoryListed', 'On', true],
    ['directoryListed', 'TRUE', true],
    ['directoryListed', 'no', false],
    ['directoryListed', 'N', false],
    ['directoryListed', '0', false],
    ['directoryListed', 'off', false],
    ['directoryListed', 'False', false],
    ['state', 'Utah', 'UT'],
    ['state', 'ut', 'UT'],
    ['state', 'new york', 'NY'],
    ['state', 'D.C.', 'DC'],
    ['state', 'Puerto Rico', 'PR'],
    ['state', 'Québec', 'QC'],
    ['state', 'ontario', 'ON'],
    ['postalCode', '84042', '84042'],
    ['postalCode', '84042-1234', '84042-1234'],
    ['postalCode', '840421234', '84042-1234'],
    ['postalCode', 'k1a0b1', 'K1A 0B1'],
    ['postalCode', 'K1A 0B1', 'K1A 0B1'],
    ['country', 'us', 'USA'],
    ['country', 'U.S.', 'USA'],
    ['country', 'United States', 'USA'],
    ['country', 'Canada', 'CAN'],
    ['timeZone', 'us/mountain', 'US/Mountain'],
    ['timeZone', 'Mountain', 'US/Mountain'],
    ['timeZone', 'MST', 'US/Mountain'],
    ['timeZone', 'MDT', 'US/Mountain'],
    ['timeZone', 'Eastern Time', 'US/Eastern'],
    ['timeZone', 'US Pacific', 'US/Pacific'],
    ['timeZone', 'America/St_Thomas', 'America/St_Thomas'],
    ['product', 'Business Cloud Communications', 'BCC'],
    ['product', 'home phone', 'HOME_PHONE'],
    ['product', 'Business Lines', 'BUSINESS_LINE'],
    ['product', 'sip-trunk', 'SIP_TRUNK'],
    ['dialingBehaviorType', 'open dial plan ten digit', 'OPEN_DIAL_PLAN_TEN_DIGIT'],
    ['secondaryLocationDescription', 'Ste', 'SUITE'],
    ['billingCycleDay', '15', 15],
    ['extension', '4000', '4000'],
    ['extensionPatterns', '21xx; 2205 ;', ['21XX', '2205']],
    ['emailAddress', "o'brien@example.com", "o'brien@example.com"],
    ['firstName', 'D’Angelo', 'D’Angelo'],
    ['firstName', 'José', 'José'],
    ['accountNumber', 'SP–123', 'SP-123'],
    ['customerName', 'Smith John', 'Smith John'],
    ['directoryListed', 'VRAI', true],
    ['directoryListed', 'Oui', true],
    ['directoryListed', 'Ja', true],
    ['directoryListed', 'FAUX', false],
    ['directoryListed', 'NON', false],
    ['directoryListed', 'Nein', false],
    ['state', 'Colombie-Britannique', 'BC'],
    ['state', 'Nouvelle-Écosse', 'NS'],
    ['state', 'Nouvelle-E\u0301cosse', 'NS'],
    ['state', 'Île-du-Prince-Édouard', 'PE'],
    ['state', 'Ile du Prince Edouard', 'PE'],
    ['state', 'Terre-Neuve-et-Labrador', 'NL'],
    ['state', 'Nouveau-Brunswick', 'NB'],
    ['state', 'Territoires du Nord-Ouest', 'NT'],
    ['state', 'N.-É.', 'NS'],
    ['state', 'N.E.', 'NE'],
    ['state', 'Qué.', 'QC'],
    ['state', 'Ont.', 'ON'],
    ['state', 'Alta.', 'AB'],
    ['state', 'Sask.', 'SK'],
    ['state', 'Man.', 'MB'],
    ['state', 'Calif.', 'CA'],
    ['state', 'Mass.', 'MA'],
    ['state', 'W. Va.', 'WV'],
    ['state', 'N.D.', 'ND'],
    ['postalCode', 'K1A  0B1', 'K1A 0B1'],
    ['timeZone', 'Eastern Standard Time', 'US/Eastern'],
    ['busyForwardTo', '8005551212', '18005551212'],
    ['emergencyNumber', '(801) 555-1212', '18015551212'],
    ['sipUsername', 'trunk-user_1.a', 'trunk-user_1.a'],
  ])('%s "%s" is %j', (column, text, value) => {
    expect(read(column, text)).toEqual({ value });
  });

  it.each<[ColumnName, string, ProblemCode, unknown]>([
    ['phoneNumber', '18015551212.0', 'NUMBER_REPAIRED', '18015551212'],
    ['phoneNumber', '8015551212.0', 'NUMBER_REPAIRED', '18015551212'],
    ['billingCycleDay', '1.0', 'NUMBER_REPAIRED', 1],
    ['extension', '4000.0', 'NUMBER_REPAIRED', '4000'],
    ['postalCode', '84042.0', 'NUMBER_REPAIRED', '84042'],
    ['accountNumber', 'A1', 'SHORT_TEXT', 'A1'],
    ['firstName', 'Al', 'SHORT_TEXT', 'Al'],
    ['lastName', 'JosÃ©', 'SUSPECT_ENCODING', 'JosÃ©'],
    ['phoneNumber', '8005551212', 'TOLL_FREE_NUMBER', '18005551212'],
    ['phoneNumber', '1 (833) 555-1212', 'TOLL_FREE_NUMBER', '18335551212'],
    ['callerIdPhoneNumber', '18665551212', 'TOLL_FREE_NUMBER', '18665551212'],
    ['primaryTn', '8445551212', 'TOLL_FREE_NUMBER', '18445551212'],
  ])('%s "%s" is repaired with the warning %s', (column, text, code, repaired) => {
    expect(read(column, text)).toMatchObject({ code, repaired });
  });

  it.each<[ColumnName, string, ProblemCode, string]>([
    ['phoneNumber', '555-1212', 'PHONE_NUMBER_INVALID', '7 digits'],
    ['phoneNumber', '180155512123', 'PHONE_NUMBER_INVALID', '12 digits'],
    ['phoneNumber', '801-555-1212 x12', 'PHONE_NUMBER_INVALID', 'extension'],
    ['phoneNumber', '8015551212 ext. 4', 'PHONE_NUMBER_INVALID', 'extension'],
    ['phoneNumber', '801-555-FLOW', 'PHONE_NUMBER_INVALID', 'letters'],
    ['phoneNumber', '1015551212', 'PHONE_NUMBER_INVALID', 'area code 101'],
    ['phoneNumber', '8011551212', 'PHONE_NUMBER_INVALID', 'exchange 155'],
    ['phoneNumber', '+44 20 7946 0958', 'PHONE_NUMBER_INVALID', 'not a North American'],
    ['phoneNumber', '1.8E+10', 'DIGITS_LOST', 'Excel turned this into 1.8E+10'],
    ['phoneNumber', '1.80155E+10', 'DIGITS_LOST', 'Excel turned this into 1.80155E+10'],
    ['phoneNumber', 'TBD', 'PLACEHOLDER', 'placeholder'],
    ['emergencyNumber', '8005551212', 'TOLL_FREE_CALLBACK', 'toll-free'],
    ['emergencyCallbackPhoneNumber', '8.885551212E9', 'TOLL_FREE_CALLBACK', '18885551212'],
    ['callbackNumber', '1-877-555-1212', 'TOLL_FREE_CALLBACK', '18775551212'],
    ['voicemailBoxId', 'Y', 'NOT_AN_ID', '"Y"'],
    ['voicemailBoxId', 'oui', 'NOT_AN_ID', '"oui"'],
    ['deviceTypeId', 'FALSE', 'NOT_AN_ID', '"FALSE"'],
    ['partitionId', '12', 'NOT_AN_ID', '"12"'],
    ['partitionId', '..', 'INVALID_CHARACTER', '".."'],
    ['accountNumber', '.', 'INVALID_CHARACTER', '"."'],
    ['macAddress', '0004f2ab100', 'MAC_ADDRESS_INVALID', '11 hexadecimal characters'],
    ['macAddress', '0004f2ab1001a', 'MAC_ADDRESS_INVALID', '13 hexadecimal characters'],
    ['macAddress', '0004f2ab10g1', 'MAC_ADDRESS_INVALID', '"g"'],
    ['macAddress', 'OOO4f2ab1001', 'MAC_ADDRESS_INVALID', 'a zero?'],
    ['macAddress', '1.23E+11', 'DIGITS_LOST', '1.23E+11'],
    ['macAddress', '4112233', 'MAC_ADDRESS_INVALID', '7 digits'],
    ['macAddress', '000000000000', 'MAC_ADDRESS_INVALID', 'no device'],
    ['directoryListed', 'maybe', 'NOT_YES_OR_NO', 'maybe'],
    ['state', 'Uta', 'STATE_UNKNOWN', 'Uta'],
    ['state', 'ZZ', 'STATE_UNKNOWN', 'ZZ'],
    ['postalCode', '84O42', 'POSTAL_CODE_INVALID', '84O42'],
    ['country', 'Mexico', 'NOT_AN_OPTION', 'Mexico'],
    ['timeZone', 'America/Denver', 'TIME_ZONE_UNKNOWN', 'America/Denver'],
    ['timeZone', 'Atlantic', 'TIME_ZONE_UNKNOWN', 'Atlantic'],
    ['billingCycleDay', '1.5', 'NOT_A_WHOLE_NUMBER', '1.5'],
    ['billingCycleDay', 'first', 'NOT_A_WHOLE_NUMBER', 'first'],
    ['billingCycleDay', '32', 'OUT_OF_RANGE', '32'],
    ['billingCycleDay', '0', 'OUT_OF_RANGE', '0'],
    ['extensionLength', '7', 'OUT_OF_RANGE', '7'],
    ['concurrentCalls', '0', 'OUT_OF_RANGE', '0'],
    ['lineNumber', '101', 'OUT_OF_RANGE', '101'],
    ['noAnswerTimeoutSeconds', '601', 'OUT_OF_RANGE', '601'],
    ['extension', '40', 'EXTENSION_INVALID', '2 digits'],
    ['extension', '9000', 'EXTENSION_INVALID', 'begins with 9'],
    ['extension', '1001', 'EXTENSION_INVALID', 'begins with 1'],
    ['extension', 'x4000', 'EXTENSION_INVALID', 'more than digits'],
    ['extension', '4-Jan', 'TURNED_INTO_DATE', '4-Jan'],
    ['unit', '5-Jan', 'TURNED_INTO_DATE', '5-Jan'],
    ['unit', '12345678901', 'TOO_LONG', '11 characters'],
    ['extensionPatterns', '2X1X', 'EXTENSION_PATTERN_INVALID', '2X1X'],
    ['extensionPatterns', '21XX,22XX', 'EXTENSION_PATTERN_INVALID', '21XX,22XX'],
    ['emailAddress', 'john.smith', 'EMAIL_INVALID', 'john.smith'],
    ['emailAddress', 'a@example.com; b@example.com', 'EMAIL_INVALID', 'a@example.com'],
    ['username', 'jo', 'TOO_SHORT', '2 characters'],
    ['username', 'john smith', 'INVALID_CHARACTER', 'john smith'],
    ['accountNumber', 'A'.repeat(26), 'TOO_LONG', '26 characters'],
    ['accountNumber', 'N/A', 'PLACEHOLDER', 'N/A'],
    ['accountNumber', '1.23E+15', 'DIGITS_LOST', '1.23E+15'],
    ['accountName', 'A'.repeat(257), 'TOO_LONG', '257 characters'],
    ['firstName', 'Jo\u0007hn', 'CONTROL_CHARACTER', '0007'],
    ['address', '333 S\n520 W', 'CONTROL_CHARACTER', 'line break'],
    ['lastName', 'Mu\ufffdoz', 'BROKEN_ENCODING', 'letter'],
    ['customerName', 'Sixteen letters!', 'INVALID_CHARACTER', 'Sixteen'],
    ['customerName', 'Sixteen lettersX', 'TOO_LONG', '16 characters'],
    ['sipUsername', 'short', 'TOO_SHORT', '5 characters'],
    ['sipPassword', '12345', 'TOO_SHORT', '5 characters'],
  ])('%s "%s" is refused as %s', (column, text, code, says) => {
    const fault = read(column, text);
    expect(fault).toMatchObject({ code, repaired: undefined });
    expect(fault.message).toContain(says);
  });

  it.each<[ColumnName, string, string]>([
    ['timeZone', 'America/Denver', 'Did you mean US/Mountain?'],
    ['timeZone', 'America/New_York', 'Did you mean US/Eastern?'],
    ['timeZone', 'US/Montain', 'Did you mean US/Mountain?'],
    ['timeZone', '(UTC-07:00) Mountain Time (US & Canada)', 'Did you mean US/Mountain?'],
    ['timeZone', '(UTC-05:00) Eastern Time (US & Canada)', 'Did you mean US/Eastern?'],
    ['timeZone', '(GMT-06:00) Central Time (US and Canada)', 'Did you mean US/Central?'],
    ['timeZone', '(UTC-07:00) Arizona', 'Did you mean US/Arizona?'],
    ['timeZone', 'US Mountain Standard Time', 'Did you mean US/Arizona?'],
    ['timeZone', '(UTC-04:00) Atlantic Time (Canada)', 'Did you mean Canada/Atlantic?'],
    ['timeZone', 'HNE', 'Did you mean Canada/Eastern?'],
    ['userProductPlan', 'STANDART', 'Did you mean STANDARD?'],
    ['userProductPlan', 'gold', 'Use one of STANDARD, ADVANCED, PROFESSIONAL.'],
    ['product', 'Home Fone', 'Did you mean HOME_PHONE?'],
    ['product', 'SIP', 'Did you mean SIP_TRUNK?'],
    [
      'product',
      'Business',
      'Use one of BCC, HOME_PHONE, BUSINESS_LINE, SIP_TRUNK, HUNT_GROUP, NUMBER, ACCOUNT.',
    ],
    ['userProductPlan', 'Pro', 'Did you mean PROFESSIONAL?'],
    ['userProductPlan', 'Professional plan', 'Did you mean PROFESSIONAL?'],
    ['endUserType', 'Super', 'Did you mean SUPER_ADMIN?'],
    [
      'endUserType',
      'admin',
      'Use one of STANDARD, BASIC_ADMIN, STANDARD_ADMIN, ADVANCED_ADMIN, SUPER_ADMIN.',
    ],
    ['dialingBehaviorType', '10 digit', 'Did you mean TEN_DIGIT?'],
    ['dialingBehaviorType', '7-digit dialing', 'Did you mean SEVEN_DIGIT?'],
    ['dialingBehaviorType', '9 + 10 digit', 'Did you mean DIAL_NINE_TEN_DIGIT?'],
    ['dialingBehaviorType', 'nine seven', 'Did you mean DIAL_NINE_SEVEN_DIGIT?'],
    [
      'directoryListingType',
      'LIST',
      'Use one of NOT_LIST_NOT_PUBLISH, LIST_NOT_PUBLISH, LIST_PUBLISH, PORTED.',
    ],
    ['platformType', 'CPE3', 'Use one of CPE2, CPE1.'],
    ['state', 'Utha', 'Did you mean Utah?'],
    [
      'userProductPlan',
      'N/A',
      'Leave the cell blank, or list the word under "blank" in a profile: it counts as blank then.',
    ],
    [
      'deviceTypeId',
      'n/a',
      'Leave the cell blank, or list the word under "blank" in a profile: it counts as blank then.',
    ],
  ])('%s "%s" has the hint "%s"', (column, text, hint) => {
    expect(read(column, text)).toMatchObject({ hint });
  });

  it('says what to do with a column that tells whether there is voicemail', () => {
    expect(read('voicemailBoxId', 'Y').hint).toContain('"headers": { "<header>": null }');
  });

  it('takes every North American number in any punctuation', () => {
    const digit = (min: number) => fc.integer({ min, max: 9 }).map(String);
    const national = fc.tuple(
      digit(2),
      digit(0),
      digit(0),
      digit(2),
      ...Array.from({ length: 6 }, () => digit(0)),
    );
    const separator = fc.constantFrom('', ' ', '-', '.', '\u00a0', '/');
    fc.assert(
      fc.property(
        national,
        separator,
        fc.constantFrom('', '1', '+1 ', '1-', '(', '+1 ('),
        (digits, between, prefix) => {
          const text = digits.join('');
          fc.pre(!/^8(00|22|33|44|55|66|77|88)/.test(text));
          const area = prefix.endsWith('(') ? `${text.slice(0, 3)})` : text.slice(0, 3);
          const typed = `${prefix}${area}${between}${text.slice(3, 6)}${between}${text.slice(6)}`;
          expect(read('phoneNumber', typed)).toEqual({ value: `1${text}` });
        },
      ),
    );
  });

  it('takes every MAC address in any punctuation', () => {
    const bytes = fc.uint8Array({ minLength: 6, maxLength: 6 }).filter((each) => new Set(each).size > 1);
    fc.assert(
      fc.property(bytes, fc.constantFrom('', ':', '-', '.', ' '), fc.boolean(), (mac, between, upper) => {
        const hex = Array.from(mac, (byte) => byte.toString(16).padStart(2, '0'));
        const typed = hex.join(between);
        expect(read('macAddress', upper ? typed.toUpperCase() : typed)).toEqual({ value: hex.join('') });
      }),
    );
  });
});
