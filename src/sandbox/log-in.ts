import { NO_CONTENT, ok } from './answers.js';
import { must, requireValid, text } from './checks.js';
import { bodyOf, type Handler } from './platform.js';
import { TOKEN_LIFE_HOURS } from './sessions.js';

const LOGIN = { username: must(text()), password: must(text()) };

/** POST /v2/authorize (guide, "Authentication/Working with Tokens"). */
export const logUserIn: Handler = (call) => {
  const body = bodyOf(call);
  requireValid(body, LOGIN);
  const authToken = call.platform.sessions.login(body['username'], body['password']);
  return ok({ authToken, ...loginInfo(call) });
};

export const getLoginInfo: Handler = (call) => ok({ authToken: call.token, ...loginInfo(call) });

export const logOut: Handler = (call) => {
  call.platform.sessions.end(call.token);
  return NO_CONTENT;
};

const loginInfo = ({ platform }: Parameters<Handler>[0]) => ({
  userId: '9sPet0RZ5mnniO271ojgAA',
  userType: 'ManagementUser',
  username: platform.sessions.username,
  firstName: 'Sandbox',
  lastName: 'User',
  emailAddress: platform.sessions.username,
  partitionId: platform.partitionId,
  partitionName: 'SANDBOX',
  permissions: { Account: 'DELETE', EndUser: 'DELETE', TelephoneNumber: 'DELETE', Device: 'DELETE' },
  mustChangePassword: false,
  subPartitionIds: platform.subPartitionIds,
  maxLifeInHours: TOKEN_LIFE_HOURS,
});
