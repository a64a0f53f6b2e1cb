import { ok, Refusal } from './answers.js';
import { must, requireValid, text } from './checks.js';
import { accountOf, bodyOf, type Call, type Handler, type Platform, param } from './platform.js';
import type { Account } from './state.js';

/** Plans that are only for accounts with a Cymbus group (schema UserProductPlanX). */
export const PLANS_OF_GROUPS: readonly string[] = ['ADVANCED', 'PROFESSIONAL'];

/**
 * Whether an account has a Cymbus group: every ADVANCED one, as long as the sandbox makes them by itself. Whether the
 * platform does is not documented, so that a setting turns it off.
 */
export function hasGroup({ state }: Platform, account: Account): boolean {
  if (account.accountType !== 'ADVANCED') return false;
  return state.settings.accountGroups || state.accountGroups.has(account.id);
}

/** GET user-product-plans: what users of the account may have. */
export const getAvailableUserProductPlans: Handler = (call) => {
  const account = accountOf(call);
  if (account.accountType !== 'ADVANCED') return ok([]);
  const plans = ['STANDARD', ...(hasGroup(call.platform, account) ? PLANS_OF_GROUPS : [])];
  return ok(
    plans.map((id) => ({
      id,
      displayName: id.charAt(0) + id.slice(1).toLowerCase(),
      description: `Features of ${id}`,
      emailAddressRequired: id !== 'STANDARD',
    })),
  );
};

/** GET cymbus/account-group/{accountid}. */
export const retrieveStrettoDeviceLinesGroup: Handler = (call) => {
  const id = param(call, 'accountid');
  const { state } = call.platform;
  const account = state.accounts.get(id);
  if (account === undefined || !hasGroup(call.platform, account))
    throw new Refusal(404, `Account ${id} has no Cymbus group`);
  const { accountName, partitionId } = account;
  const groupName = state.accountGroups.get(id)?.groupName ?? groupNameOf(accountName);
  return ok({ id, accountName, groupName, partitionId });
};

const GROUP = { id: must(text()), groupName: must(text()) };

/** PUT cymbus/account-group: makes the group of an account, or renames it. */
export const updateCymbusAccountGroup: Handler = (call) => {
  const body = bodyOf(call);
  requireValid(body, GROUP);
  const { state } = call.platform;
  const account = state.accounts.get(String(body['id']));
  if (account === undefined) throw new Refusal(404, `Account ${body['id']} not found`);
  if (account.accountType !== 'ADVANCED') throw new Refusal(400, 'A SIMPLE account has no Cymbus group');
  const groupName = String(body['groupName']);
  requireFreeName(call, groupName, account.id);
  const { id, accountName, partitionId } = account;
  state.accountGroups.put({ id, accountId: id, partitionId, groupName });
  return ok({ id, accountName, groupName, partitionId });
};

/** POST cymbus/account-group/prevalidate: whether the name is free. */
export const prevalidateCymbusGroupName: Handler = (call) => {
  requireFreeName(call, call.query.get('groupName') ?? '', '');
  return { status: 200 };
};

function requireFreeName(call: Call, groupName: string, accountId: string): void {
  if (groupName === '') throw new Refusal(400, 'groupName: must not be blank');
  for (const group of call.platform.state.accountGroups.values())
    if (group.id !== accountId && group.groupName.toLowerCase() === groupName.toLowerCase())
      throw new Refusal(400, `groupName: ${groupName} already exists`);
}

function groupNameOf(accountName: string): string {
  return accountName.toLowerCase().replace(/[^a-z0-9]+/g, '-');
}
