import { type Json, ok, Refusal } from './answers.js';
import { plansFor } from './calling-plans.js';
import { type Check, flag, integer, may, must, oneOf, refuseIfAny, requireValid, text } from './checks.js';
import { requireFinished } from './events.js';
import { accountOf, bodyOf, type Call, type Handler, param, requireSameOwner } from './platform.js';
import { MAX_LINES, TIME_ZONES } from './reference-data.js';
import { type Account, portKey, secretDigest } from './state.js';

/** The schema says 1 to 28, the guide 1 to 31 and sends a string: all are taken. */
const billingCycleDay: Check = (value, field) =>
  integer(1, 31)(typeof value === 'string' && /^\d{1,2}$/.test(value) ? Number(value) : value, field);

/** Guide, "Account Create", POST body. */
const ACCOUNT = {
  accountNumber: must(text({ max: 25 })),
  accountName: must(text()),
  billingCycleDay: must(billingCycleDay),
  accountType: must(oneOf(['SIMPLE', 'ADVANCED'])),
  platformType: must(oneOf(['V2_0', 'V2_1', 'CPE1', 'CPE2'])),
  dialingBehaviorType: must(
    oneOf([
      'SEVEN_DIGIT',
      'TEN_DIGIT',
      'OPEN_DIAL_PLAN',
      'DIAL_NINE_SEVEN_DIGIT',
      'DIAL_NINE_TEN_DIGIT',
      'OPEN_DIAL_PLAN_TEN_DIGIT',
    ]),
  ),
  timeZone: must(oneOf(TIME_ZONES)),
  extensionLength: may(integer(3, 6)),
  regulatoryType: may(oneOf(['RESIDENTIAL', 'COMMERCIAL', 'GOVERNMENT'])),
  customField: may(text()),
  sendWelcomeEmail: may(flag),
};

export const createAccount: Handler = (call) => {
  const body = bodyOf(call);
  const { state } = call.platform;
  const partitionId = param(call, 'partitionId');
  requireValid(body, ACCOUNT);
  requireSameOwner(call, body);
  if (body['accountType'] === 'ADVANCED' && typeof body['extensionLength'] !== 'number')
    throw new Refusal(400, 'extensionLength: must not be null');
  const accountNumber = String(body['accountNumber']);
  refuseIfAny(accountNumberProblems(call, accountNumber));
  // Every field was checked against the rules above.
  const account = {
    id: state.newId(),
    partitionId,
    accountNumber,
    accountName: body['accountName'],
    billingCycleDay: Number(body['billingCycleDay']),
    timeZone: body['timeZone'],
    accountType: body['accountType'],
    platformType: body['platformType'],
    ...(typeof body['extensionLength'] === 'number' ? { extensionLength: body['extensionLength'] } : {}),
    dialingBehaviorType: body['dialingBehaviorType'],
    regulatoryType: body['regulatoryType'] ?? 'RESIDENTIAL',
    ...(typeof body['customField'] === 'string' ? { customField: body['customField'] } : {}),
    ...(typeof body['sendWelcomeEmail'] === 'boolean' ? { sendWelcomeEmail: body['sendWelcomeEmail'] } : {}),
  } as Account;
  state.accounts.put(account);
  return ok(accountAnswer(call, account));
};

export const getAccounts: Handler = (call) => ok(inPartition(call).map((one) => accountAnswer(call, one)));

/** GET account/search: accounts whose number or name contains `q`, whatever the case (schema AccountViewX). */
export const accountSearch: Handler = (call) => {
  const q = (call.query.get('q') ?? '').toLowerCase();
  const matchesOf = ({ accountNumber, accountName }: Account) =>
    Object.fromEntries(
      Object.entries({ accountNumber, accountName }).filter(([, value]) => value.toLowerCase().includes(q)),
    );
  return ok(
    inPartition(call)
      .map((one) => ({
        partitionId: one.partitionId,
        id: one.id,
        accountNumber: one.accountNumber,
        accountName: one.accountName,
        type: one.accountType,
        accountStatus: 'ACTIVE',
        platformType: one.platformType,
        matches: matchesOf(one),
      }))
      .filter((view) => Object.keys(view.matches).length > 0),
  );
};

export const retrieveAccount: Handler = (call) => {
  const id = param(call, 'accountId');
  const type = call.query.get('accountIdType') ?? 'Id';
  const account = findAccount(call, type, id);
  if (account === undefined || account.partitionId !== param(call, 'partitionId'))
    throw new Refusal(404, `Account ${id} not found`);
  return ok(accountAnswer(call, account));
};

/** What an account keeps for good; that the platform refuses all of these is a guess but for the length of extensions. */
const FIXED = ['id', 'partitionId', 'accountNumber', 'accountType', 'platformType', 'extensionLength'];

/** PATCH account: the fields of the body replace those of the account, null takes one away; checked like a new one. */
export const accountPatch: Handler = (call) => {
  const account = accountOf(call);
  const body = bodyOf(call);
  const now = account as unknown as Json;
  refuseIfAny(
    FIXED.filter((field) => body[field] !== undefined && body[field] !== now[field]).map(
      (field) => `${field}: cannot be changed`,
    ),
  );
  const patched = { ...now, ...body };
  requireValid(patched, ACCOUNT);
  const known = Object.entries(patched).filter(
    ([field, value]) => (field in ACCOUNT || field in now) && value !== null,
  );
  const changed = {
    ...Object.fromEntries(known),
    billingCycleDay: Number(patched['billingCycleDay']),
    regulatoryType: patched['regulatoryType'] ?? 'RESIDENTIAL',
  } as unknown as Account;
  call.platform.state.accounts.put(changed);
  return ok(accountAnswer(call, changed));
};

/** DELETE account: refused while it has numbers or something is under way; all else on it goes with it. */
export const deleteAccount: Handler = (call) => {
  const { id } = accountOf(call);
  const { state } = call.platform;
  requireFinished(
    state,
    state.events.of(id),
    'Account cannot be deleted due to in progress lifecycle events',
  );
  if (state.numbers.countOf(id) > 0) throw new Refusal(400, 'Account still has telephone numbers');
  state.reservations.deleteOf(id);
  state.devices.deleteOf(id);
  state.portAssignments.deleteOf(id);
  state.callHandlings.deleteOf(id);
  state.failoverActions.deleteOf(id);
  state.huntGroups.deleteOf(id);
  state.voicemailBoxes.deleteOf(id);
  state.businessLines.deleteOf(id);
  state.sipTrunks.deleteOf(id);
  state.callTargets.deleteOf(id);
  state.users.deleteOf(id);
  state.events.deleteOf(id);
  state.callingPlans.deleteOf(id);
  state.accountGroups.deleteOf(id);
  state.userBoxes.deleteOf(id);
  state.accounts.delete(id);
  return { status: 200 };
};

/** GET account/validateproperties: 200 when all proposed values are free, else 400. */
export const validateAccountProperties: Handler = (call) => {
  const { state } = call.platform;
  const proposed = (name: string) => call.query.get(name) ?? undefined;
  const [accountNumber, username] = [proposed('accountnumber'), proposed('username')];
  const [mac, sipUsername] = [proposed('macaddress'), proposed('sipusername')];
  const problems: string[] = [];
  if (accountNumber !== undefined) problems.push(...accountNumberProblems(call, accountNumber));
  if (username !== undefined && state.users.by('username', username.toLowerCase()) !== undefined)
    problems.push(`Username ${username} already exists`);
  if (mac !== undefined && findByMac(call, mac) !== undefined)
    problems.push(`MAC address ${mac} is already in use`);
  if (sipUsername !== undefined && isSipUsernameTaken(call, sipUsername))
    problems.push(`SIP username ${sipUsername} already exists`);
  refuseIfAny(problems);
  return ok(true);
};

/** @returns whether a trunk or a device anywhere on the platform has that SIP username */
export function isSipUsernameTaken({ platform: { state } }: Call, sipUsername: string): boolean {
  // The SIP username of a device is its id.
  return (
    state.sipTrunks.by('sipUsername', secretDigest(sipUsername)) !== undefined ||
    state.devices.has(sipUsername)
  );
}

function accountNumberProblems(call: Call, accountNumber: string): readonly string[] {
  const key = `${param(call, 'partitionId')}/${accountNumber}`;
  const taken = call.platform.state.accounts.by('number', key) !== undefined;
  return taken ? [`Account number ${accountNumber} already exists`] : [];
}

function findAccount(call: Call, type: string, id: string): Account | undefined {
  const { state } = call.platform;
  switch (type) {
    case 'Id':
      return state.accounts.get(id);
    case 'AccountNumber':
      return state.accounts.by('number', `${param(call, 'partitionId')}/${id}`);
    case 'PhoneNumber':
      return state.accounts.get(state.numbers.get(id)?.accountId ?? '');
    case 'MacAddress':
      return state.accounts.get(findByMac(call, id)?.accountId ?? '');
    default:
      throw new Refusal(
        400,
        `accountIdType: '${type}' is not one of [Id, AccountNumber, PhoneNumber, MacAddress]`,
      );
  }
}

function findByMac({ platform: { state } }: Call, mac: string) {
  for (let port = 1; port <= MAX_LINES; port += 1) {
    const key = portKey(mac, port);
    const found = state.devices.by('port', key) ?? state.portAssignments.by('port', key);
    if (found !== undefined) return found;
  }
  return undefined;
}

function inPartition(call: Call): Account[] {
  const partitionId = param(call, 'partitionId');
  return [...call.platform.state.accounts.values()].filter((one) => one.partitionId === partitionId);
}

const accountAnswer = (call: Call, account: Account) => ({
  ...account,
  status: 'ACTIVE',
  routePlanId: '2ea93a62-2c44-4ab6-8fcb-a7b3c0b735e6',
  holdMusicMediaId: '5967df89-c80e-4e94-b73f-f6f29202de1e',
  holdTimeoutSeconds: 143,
  allowDangerousExtensions: false,
  sendWelcomeEmail: account.sendWelcomeEmail ?? true,
  endUserCount: call.platform.state.users.countOf(account.id),
  callingPlans: plansFor(call, account, 'ACCOUNT', account.id),
});
