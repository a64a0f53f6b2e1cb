import { hasGroup, PLANS_OF_GROUPS } from './account-groups.js';
import { type Json, NO_CONTENT, ok, Refusal } from './answers.js';
import { deletePlansOf, plansFor } from './calling-plans.js';
import { flag, may, must, object, oneOf, phoneNumber, problemsOf, refuseIfAny, text } from './checks.js';
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
import { TIME_ZONES } from './reference-data.js';
import type { Account, EndUser } from './state.js';
import { callHandlingSettings, NEW_USER_HANDLING } from './user-call-handling.js';

const email = text({ min: 3, pattern: /^[^\s@]+@[^\s@]+\.[^\s@]+$/, shape: 'a valid email address' });

/** Guide, "Create User", POST body. */
const USER = {
  firstName: must(text()),
  lastName: must(text()),
  timeZone: must(oneOf(TIME_ZONES)),
  extension: may(text({ pattern: /^\d+$/, shape: 'digits' })),
  username: may(text({ min: 3 })),
  emailAddress: may(email),
  userProductPlan: may(oneOf(['STANDARD', 'ADVANCED', 'PROFESSIONAL'])),
  endUserType: may(
    oneOf(['ADMIN', 'ADVANCED_ADMIN', 'BASIC_ADMIN', 'STANDARD', 'STANDARD_ADMIN', 'SUPER_ADMIN']),
  ),
  allowPortalAccess: may(flag),
  blockEmail: may(flag),
  languageTag: may(text({ pattern: /^[a-z]{2,3}-[A-Z]{2}$/, shape: 'a supported language tag' })),
  tags: may(text()),
  callHandlingSettings: may(callHandlingSettings),
};

/** Schema CallerIdConfigX: where it is sent, all of it. */
const CALLER_ID = {
  callerIdConfig: may(
    object({
      callerIdNumber: must(phoneNumber),
      externalCallerIdVisible: must(flag),
      extensionCallerIdVisible: must(flag),
    }),
  ),
};

export const createEndUser: Handler = (call) => {
  const body = bodyOf(call);
  const { state } = call.platform;
  const account = accountOf(call);
  requireSameOwner(call, body);
  if (account.accountType === 'SIMPLE' && state.users.countOf(account.id) > 0)
    throw new Refusal(400, 'A SIMPLE account supports only one user');
  requireUser(call, account, body, body);
  const id = state.newId();
  const user = asUser(account, body, {
    id,
    accountId: account.id,
    partitionId: account.partitionId,
    voicemailBoxId: state.newId(),
  });
  state.users.put(user);
  return ok(userAnswer(call, user));
};

export const retrieveEndUserList: Handler = (call) => {
  const users = call.platform.state.users.of(accountOf(call).id);
  // limitedData is documented without the fields it leaves out: what costs another look-up is left out here.
  if (call.query.get('limitedData') === 'true')
    return ok(users.map(({ welcomeMails: _counted, ...user }) => user));
  return ok(users.map((user) => userAnswer(call, user)));
};

export const retrieveEndUser: Handler = (call) => {
  const account = accountOf(call);
  const { users } = call.platform.state;
  const id = param(call, 'userId');
  const type = call.query.get('idType') ?? 'ID';
  if (type !== 'ID' && type !== 'UserName')
    throw new Refusal(400, `idType: '${type}' is not one of [ID, UserName]`);
  const user = type === 'ID' ? users.get(id) : users.by('username', id.toLowerCase());
  return ok(userAnswer(call, rowOf(user, account, `User ${id}`)));
};

/** PATCH user: the fields of the body replace those of the user; the result is checked like a new one. */
export const patchEndUser: Handler = (call) => {
  const account = accountOf(call);
  const { users } = call.platform.state;
  const id = param(call, 'userId');
  const user = rowOf(users.get(id), account, `User ${id}`);
  const body = bodyOf(call);
  const patched: Json = { ...user, ...body };
  requireUser(call, account, patched, body, user);
  const { welcomeEmailSent: _sent, welcomeMails: _mails, ...fields } = asUser(account, patched, user);
  const { welcomeEmailSent, welcomeMails } = user;
  // That the platform mails new users alone is a guess.
  const changed: EndUser = {
    ...fields,
    ...(welcomeEmailSent === undefined ? {} : { welcomeEmailSent }),
    ...(welcomeMails === undefined ? {} : { welcomeMails }),
  };
  users.put(changed);
  return ok(userAnswer(call, changed));
};

/**
 * POST user/{u}/send-welcome-email: one more mail each time, and its date. That it is refused without an address or
 * portal access is a guess.
 */
export const sendWelcomeEmail: Handler = (call) => {
  const account = accountOf(call);
  const { users } = call.platform.state;
  const id = param(call, 'userId');
  const user = rowOf(users.get(id), account, `User ${id}`);
  if (user.emailAddress === undefined) throw new Refusal(400, `User ${id} has no email address`);
  if (!user.allowPortalAccess) throw new Refusal(400, `User ${id} has no portal access`);
  const welcomeMails = (user.welcomeMails ?? 0) + 1;
  users.put({ ...user, welcomeEmailSent: new Date().toISOString(), welcomeMails });
  return NO_CONTENT;
};

/** DELETE user: refused while a number routes calls to it, as an account is while it has numbers. */
export const deleteEndUser: Handler = (call) => {
  const account = accountOf(call);
  const { state } = call.platform;
  const id = param(call, 'userId');
  const { voicemailBoxId } = rowOf(state.users.get(id), account, `User ${id}`);
  requireUnreferenced(call, account, id, `User ${id}`);
  for (const device of state.devices.of(account.id))
    if (device.userId === id) state.devices.delete(device.id);
  deletePlansOf(call, account.id, id);
  state.userBoxes.delete(voicemailBoxId);
  state.users.delete(id);
  return NO_CONTENT;
};

/**
 * @param sent what of the body came with the request
 * @param current the user as it is, where it is patched
 */
function requireUser(call: Call, account: Account, body: Json, sent: Json, current?: EndUser): void {
  const problems = [...problemsOf(body, USER), ...problemsOf(sent, CALLER_ID)];
  const has = (field: string) => body[field] !== undefined && body[field] !== null;
  const plan = body['userProductPlan'];
  if (account.accountType === 'SIMPLE') {
    for (const field of ['userProductPlan', 'endUserType'])
      if (has(field)) problems.push(`${field}: must be null on a SIMPLE account`);
  } else {
    for (const field of ['extension', 'userProductPlan'])
      if (!has(field)) problems.push(`${field}: must not be null on an ADVANCED account`);
  }
  if ((plan === 'ADVANCED' || plan === 'PROFESSIONAL') && !has('emailAddress'))
    problems.push(`emailAddress: is required by the ${plan} plan`);
  // An access that only the plan turned on asks for no username (guide, "Create User", allowPortalAccess).
  if (body['allowPortalAccess'] === true && current?.allowPortalAccess !== true)
    for (const field of ['username', 'emailAddress'])
      if (!has(field)) problems.push(`${field}: is required when allowPortalAccess is true`);
  if (PLANS_OF_GROUPS.includes(String(plan)) && plan !== current?.userProductPlan)
    if (account.accountType === 'ADVANCED' && !hasGroup(call.platform, account))
      problems.push(`userProductPlan: ${plan} needs a Cymbus group for the account`);
  refuseIfAny(problems);
  refuseIfAny([...extensionProblems(call, account, body, current), ...usernameProblems(call, body, current)]);
  const callerId = sent['callerIdConfig'];
  if (callerId !== undefined && callerId !== null)
    requireOnAccount(call, account, callerId as Json, 'callerIdNumber');
}

function extensionProblems(call: Call, account: Account, body: Json, current: EndUser | undefined): string[] {
  const extension = body['extension'];
  if (typeof extension !== 'string') return [];
  const { extensionLength } = account;
  if (extensionLength !== undefined && extension.length !== extensionLength)
    return [`extension: '${extension}' must have ${extensionLength} digits`];
  if (!/^[2-8]/.test(extension)) return [`extension: '${extension}' must begin with a digit from 2 to 8`];
  if (/^[2-8]11$/.test(extension) && !call.platform.state.settings.dangerousExtensions)
    return [`extension: ${extension} is the number of a local service`];
  const other = call.platform.state.users.by('extension', `${account.id}/${extension}`);
  return other === undefined || other.id === current?.id
    ? []
    : [`extension: ${extension} already exists on the account`];
}

function usernameProblems(call: Call, body: Json, current: EndUser | undefined): string[] {
  const username = body['username'];
  if (typeof username !== 'string') return [];
  const other = call.platform.state.users.by('username', username.toLowerCase());
  return other === undefined || other.id === current?.id ? [] : [`username: ${username} already exists`];
}

/** @returns the user that a checked body describes */
function asUser(
  account: Account,
  body: Json,
  known: Pick<
    EndUser,
    'id' | 'accountId' | 'partitionId' | 'voicemailBoxId' | 'welcomeEmailSent' | 'welcomeMails'
  >,
): EndUser {
  const plan = body['userProductPlan'];
  const given = (field: string) =>
    body[field] === undefined || body[field] === null ? {} : { [field]: body[field] };
  const callerIdConfig: EndUser['callerIdConfig'] = {
    externalCallerIdVisible: false,
    extensionCallerIdVisible: true,
    ...((body['callerIdConfig'] ?? {}) as Json),
  };
  const emailed =
    body['blockEmail'] !== true &&
    account.sendWelcomeEmail !== false &&
    typeof body['emailAddress'] === 'string';
  const isMailedNow = known.welcomeEmailSent === undefined && emailed;
  const welcomeEmailSent = isMailedNow ? new Date().toISOString() : known.welcomeEmailSent;
  const welcomeMails = (known.welcomeMails ?? 0) + (isMailedNow ? 1 : 0);
  return {
    id: known.id,
    ...given('username'),
    firstName: body['firstName'],
    lastName: body['lastName'],
    ...given('emailAddress'),
    partitionId: known.partitionId,
    accountId: known.accountId,
    timeZone: body['timeZone'],
    ...given('languageTag'),
    ...given('tags'),
    ...given('callHandlingSettings'),
    ...given('extension'),
    callerIdConfig,
    voicemailBoxId: known.voicemailBoxId,
    ...(account.accountType === 'ADVANCED' ? { endUserType: String(body['endUserType'] ?? 'STANDARD') } : {}),
    ...given('userProductPlan'),
    ...(welcomeEmailSent === undefined ? {} : { welcomeEmailSent }),
    ...(welcomeMails === 0 ? {} : { welcomeMails }),
    blockEmail: body['blockEmail'] === true,
    allowPortalAccess: Boolean(body['allowPortalAccess'] ?? (plan === 'ADVANCED' || plan === 'PROFESSIONAL')),
  } as EndUser;
}

/** What a new user has by itself besides (guide, "Create User", example response). */
const CALL_HANDLING = {
  callScreeningSettings: {
    anonymousCallScreen: 'Allow',
    anonymousRingType: 'StandardRing',
    tollFreeCallScreen: 'Allow',
    tollFreeRingType: 'StandardRing',
    defaultCallScreen: 'Allow',
    defaultRingType: 'StandardRing',
  },
  callHandlingSchedules: [],
};

const userAnswer = (call: Call, { welcomeMails: _counted, ...user }: EndUser) => ({
  languageTag: 'en-US',
  callHandlingSettings: NEW_USER_HANDLING,
  ...user,
  mustChangePassword: true,
  pinLockedOut: false,
  callingPlans: plansFor(call, accountOf(call), 'END_USER', user.id),
  devices: call.platform.state.devices.of(user.accountId).filter((device) => device.userId === user.id),
  ...CALL_HANDLING,
});
