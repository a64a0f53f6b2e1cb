import { isSipUsernameTaken } from './accounts.js';
import { NO_CONTENT, ok, Refusal } from './answers.js';
import { deletePlansOf, plansFor } from './calling-plans.js';
import { flag, integer, list, may, must, phoneNumber, requireValid, text } from './checks.js';
import { requireOnAccount } from './named-numbers.js';
import {
  accountOf,
  bodyOf,
  type Call,
  type Handler,
  param,
  requireSameOwner,
  requireUnreferenced,
  rowOf,
} from './platform.js';
import { isDigest, type SipTrunk, secretDigest } from './state.js';

/** Guide, "Create SIP Trunks"; schema SipTrunk. */
const SIP_TRUNK = {
  trunkName: must(text()),
  sipUsername: must(text({ min: 8, max: 36, pattern: /^[A-Za-z0-9\-_.]+$/, shape: 'of A-Za-z0-9-_.' })),
  sipPassword: must(text({ min: 6 })),
  concurrentCalls: must(integer(1, 2 ** 31 - 1)),
  primaryTn: may(phoneNumber),
  callbackNumber: may(phoneNumber),
  localServicesEnabled: may(flag),
  extensionPatterns: may(list(text({ pattern: /^\d+[xX]*$/, shape: 'digits, then any number of X' }))),
};

export const createSipTrunk: Handler = (call) => {
  const body = bodyOf(call);
  const account = accountOf(call);
  const { state } = call.platform;
  requireValid(body, SIP_TRUNK);
  requireSameOwner(call, body);
  if (account.accountType !== 'ADVANCED')
    throw new Refusal(400, 'SIP trunks need an account of type ADVANCED');
  const [trunkName, sipUsername] = [String(body['trunkName']), String(body['sipUsername'])];
  if (state.sipTrunks.by('trunkName', trunkName) !== undefined)
    throw new Refusal(400, `trunkName: ${trunkName} already exists`);
  if (isSipUsernameTaken(call, sipUsername)) throw new Refusal(400, 'SipUsernameInUse');
  requireOnAccount(call, account, body, 'primaryTn', 'callbackNumber');
  const { callbackNumber, primaryTn, extensionPatterns } = body;
  const trunk: SipTrunk = {
    partitionId: account.partitionId,
    accountId: account.id,
    trunkName,
    id: state.newId(),
    sipPassword: String(body['sipPassword']),
    sipUsername,
    ...(typeof callbackNumber === 'string' ? { callbackNumber } : {}),
    concurrentCalls: Number(body['concurrentCalls']),
    localServicesEnabled: body['localServicesEnabled'] === true,
    ...(typeof primaryTn === 'string' ? { primaryTn } : {}),
    ...(Array.isArray(extensionPatterns) ? { extensionPatterns } : {}),
  };
  state.sipTrunks.put(trunk);
  return ok(trunkAnswer(call, trunk));
};

/** PATCH siptrunk_2: the fields of the body replace those of the trunk, null takes one away; checked like a new one. */
export const patchSipTrunk: Handler = (call) => {
  const trunk = trunkOf(call);
  const body = bodyOf(call);
  const { state } = call.platform;
  requireValid(body, Object.fromEntries(Object.entries(SIP_TRUNK).filter(([field]) => field in body)));
  requireSameOwner(call, body);
  const { trunkName = trunk.trunkName, sipUsername } = body;
  if (trunkName !== trunk.trunkName && state.sipTrunks.by('trunkName', String(trunkName)) !== undefined)
    throw new Refusal(400, `trunkName: ${trunkName} already exists`);
  // A state that was read from its file knows the digest alone.
  const isOther = secretDigest(String(sipUsername)) !== secretDigest(trunk.sipUsername);
  if (sipUsername !== undefined && isOther && isSipUsernameTaken(call, String(sipUsername)))
    throw new Refusal(400, 'SipUsernameInUse');
  requireOnAccount(call, accountOf(call), body, 'primaryTn', 'callbackNumber');
  const given = Object.entries(body).filter(([field]) => field in SIP_TRUNK);
  const fields = Object.entries({ ...trunk, ...Object.fromEntries(given) }).filter(
    ([, value]) => value !== null,
  );
  const changed = { localServicesEnabled: false, ...Object.fromEntries(fields) } as unknown as SipTrunk;
  state.sipTrunks.put(changed);
  return ok(trunkAnswer(call, changed));
};

export const retrieveSipTrunkList: Handler = (call) =>
  ok(call.platform.state.sipTrunks.of(accountOf(call).id).map((trunk) => trunkAnswer(call, trunk)));

export const retrieveSipTrunk: Handler = (call) => ok(trunkAnswer(call, trunkOf(call)));

/** DELETE siptrunk_2: refused while a number routes calls to it. */
export const deleteSipTrunk: Handler = (call) => {
  const { id, accountId } = trunkOf(call);
  requireUnreferenced(call, accountOf(call), id, `SIP trunk ${id}`);
  deletePlansOf(call, accountId, id);
  call.platform.state.sipTrunks.delete(id);
  return NO_CONTENT;
};

function trunkOf(call: Call): SipTrunk {
  const id = param(call, 'sipTrunkId');
  return rowOf(call.platform.state.sipTrunks.get(id), accountOf(call), `SIP trunk ${id}`);
}

const trunkAnswer = (call: Call, { sipUsername, ...trunk }: SipTrunk) => ({
  ...trunk,
  ...(isDigest(sipUsername) ? {} : { sipUsername }),
  callingPlans: plansFor(call, accountOf(call), 'SIP_TRUNK', trunk.id),
  telephoneNumbers: call.platform.state.numbers
    .of(trunk.accountId)
    .filter((number) => number.referenceId === trunk.id)
    .map((number) => number.phoneNumber),
  sipProxyServer: 'siptrunk.p2.alianza.com:5065',
  lockedOut: false,
});
