import { getAccount, getUser, sendWelcomeMail, type UserRecord } from '../../api/endpoints.js';
import type { Act, Verdict } from './act.js';

const NO_ADDRESS = 'the user has no e-mail address';
const NO_ACCESS = 'the user has no portal access';

/**
 * The welcome mail that the import held back (API description, "Send welcome email to user"). The platform sends one
 * more with each call; the user's `welcomeEmailSent` tells that one went out.
 */
export const welcomeMail: Act = {
  name: 'welcomeMail',
  title: 'Welcome mail',
  doneTo: 'user',
  against({ values }, isOurs) {
    const { emailAddress, allowPortalAccess, userProductPlan } = values;
    if (!isOurs) return 'the user was there before this run';
    if (emailAddress === undefined) return NO_ADDRESS;
    // The other plans turn portal access on by themselves.
    const hasAccess = userProductPlan === 'ADVANCED' || userProductPlan === 'PROFESSIONAL';
    return allowPortalAccess === true || hasAccess ? null : NO_ACCESS;
  },
  repeats: true,
  async look({ ids, look, shared }): Promise<Verdict> {
    const { partitionId, accountId, id } = ids;
    const user = await look(getUser(partitionId, accountId, id));
    if (user === null)
      return { what: 'failed', reason: 'The user is not there any more.', hint: 'Look who deleted it.' };
    const sent = sentAt(user);
    if (sent !== null) return { what: 'done', now: { welcomeEmailSent: sent } };
    if (!user['emailAddress']) return { what: 'left out', reason: NO_ADDRESS };
    if (user['allowPortalAccess'] !== true) return { what: 'left out', reason: NO_ACCESS };
    // A guess: the description says that of the mails to a whole account; here it is not asked for against the setting.
    const account = await shared(getAccount(partitionId, accountId));
    if (account?.['sendWelcomeEmail'] === false)
      return { what: 'left out', reason: 'the account has its welcome mails turned off (sendWelcomeEmail)' };
    return { what: 'due', before: {} };
  },
  async send({ run, ids, ordinal }, _before, { ready }) {
    const { partitionId, accountId, id } = ids;
    await run.client.send(sendWelcomeMail(partitionId, accountId, id), { priority: ordinal, ready });
    return { welcomeEmailSent: new Date().toISOString() };
  },
  takeBack: { cannot: 'a mail cannot be taken back' },
};

/** When the platform says that a user got the mail; null when it has not. */
function sentAt(user: UserRecord): string | null {
  const sent = user['welcomeEmailSent'];
  return typeof sent === 'string' && sent !== '' ? sent : typeof sent === 'number' ? String(sent) : null;
}
