import { type Json, ok, Refusal } from './answers.js';
import { flag, integer, may, must, oneOf, refuseIfAny, requireValid, text } from './checks.js';
import { accountOf, bodyOf, type Call, type Handler, param } from './platform.js';
import type { Account, CallingPlan } from './state.js';

interface Product {
  readonly id: string;
  readonly name: string;
  readonly planMinutes: number;
  readonly unlimitedDisplay: boolean;
  readonly defaultPlan: boolean;
  readonly isArchived: boolean;
}

const product = (id: string, name: string, planMinutes: number, more: Partial<Product> = {}): Product => ({
  ...{ id, name, planMinutes, unlimitedDisplay: false, defaultPlan: false, isArchived: false },
  ...more,
});

/** The plans of every partition. Names are not unique on the platform as far as anybody says: one stands twice. */
const PRODUCTS: readonly Product[] = [
  // the one of the guide's example answers
  product('kDYwy3XRSeapkI8uHi9ziQ', 'Standard 20000', 20_000, { defaultPlan: true }),
  product('Qm7vXc2LR0aB9yTfKd4WsA', 'Unlimited', 99_999, { unlimitedDisplay: true }),
  product('b3NnJx8PTuKcVw5ZrE1hLg', 'Basic 500', 500),
  product('u0HdYk6MSxGqRf2CvP9tNw', 'Seasonal 250', 250),
  product('z5TsWp4JQbEoLa7XgI8mUy', 'Seasonal 250', 250),
  product('e1KrVn9DFcZiHt3BjS6qOx', 'Legacy 100', 100, { isArchived: true }),
];

/** GET callingplanproduct; archived ones only when they are asked for, and nothing in them tells that they are. */
export const retrieveCallingPlanProductList: Handler = (call) => {
  const all = call.query.get('includeArchived') === 'true';
  const shown = PRODUCTS.filter(({ isArchived }) => all || !isArchived);
  return ok(
    shown.map(({ isArchived: _, ...each }) => ({
      ...each,
      ...{ allowOverage: true, preventForwarding: false, allow411: false, allowOperator: false },
      ...{ allowUnlimitedLocal: false, rateIntraPartitionAsFree: true },
      partitionId: param(call, 'partitionId'),
    })),
  );
};

/** Since when there are plans that nobody has set. */
const STARTED = new Date().toISOString();

const REFERENCE_TYPES = ['SIP_TRUNK', 'END_USER', 'IVR', 'ACCOUNT', 'SPECIALTY_LINE', 'CONTACT_CENTER'];

/** Schema ModifyCallingPlanX, in which nothing is marked as required. */
const MODIFY = {
  referenceType: must(oneOf(REFERENCE_TYPES)),
  referenceId: must(text()),
  callingPlanReferenceId: may(text()),
  callingPlanType: must(oneOf(['SHARED_CALLING_PLAN', 'NEW_CALLING_PLAN', 'UNSHARED_CALLING_PLAN'])),
  pending: may(flag),
  minutesUsed: may(integer(0, 2 ** 31 - 1)),
};

/** GET callingplan: the list of what is referenced. */
export const getPlans: Handler = (call) => {
  const account = accountOf(call);
  const [type, id] = [call.query.get('referenceType'), call.query.get('referenceId')];
  refuseIfAny([
    ...(type !== null && REFERENCE_TYPES.includes(type) ? [] : [`referenceType: '${type}' is not known`]),
    ...(id === null || id === '' ? ['referenceId: must not be null'] : []),
  ]);
  requireReference(call, account, String(type), String(id));
  return ok(plansFor(call, account, String(type), String(id)));
};

/** PUT callingplan: adds to the list, or replaces it, as the settings say; the first takes the place of the plan that the platform gives by itself. */
export const addPlan: Handler = (call) => {
  const { account, referenceType, referenceId, body } = modified(call);
  const { callingPlans } = call.platform.state;
  const type = body['callingPlanType'];
  const wanted = body['callingPlanReferenceId'];
  if (type === 'UNSHARED_CALLING_PLAN')
    return ok(plansFor(call, account, referenceType, referenceId)[0] ?? null);
  if (wanted === undefined || wanted === null)
    throw new Refusal(400, 'callingPlanReferenceId: must not be null');
  const products =
    type === 'SHARED_CALLING_PLAN'
      ? callingPlans.of(account.id).filter((plan) => plan.referenceId === wanted)
      : PRODUCTS.filter(({ id, isArchived }) => id === wanted && !isArchived);
  if (products.length === 0)
    throw new Refusal(
      400,
      type === 'SHARED_CALLING_PLAN'
        ? `callingPlanReferenceId: ${wanted} has no calling plans to share`
        : `callingPlanReferenceId: there is no calling plan product ${wanted}`,
    );
  if (call.platform.state.settings.planReplaces) deletePlansOf(call, account.id, referenceId);
  for (const each of products)
    callingPlans.put({
      id: call.platform.state.newId(),
      accountId: account.id,
      partitionId: account.partitionId,
      referenceType,
      referenceId,
      productId: 'productId' in each ? each.productId : each.id,
      startDate: new Date().toISOString(),
    });
  return ok(plansFor(call, account, referenceType, referenceId).at(-1));
};

/** DELETE callingplan, with the body of the PUT: what is left without a plan has the platform's own again (a guess). */
export const removePlan: Handler = (call) => {
  const { account, referenceId, body } = modified(call);
  const { callingPlans } = call.platform.state;
  const wanted = body['callingPlanReferenceId'];
  const found = callingPlans
    .of(account.id)
    .find((plan) => plan.referenceId === referenceId && plan.productId === wanted);
  if (found === undefined)
    throw new Refusal(400, `callingPlanReferenceId: ${referenceId} has no plan ${wanted}`);
  callingPlans.delete(found.id);
  return ok(planAnswer(found));
};

/**
 * The plans of a user, trunk or account as its own answer shows them. Where nobody has set any, a user or trunk has the
 * default one and an account has none (guide, example responses).
 */
export function plansFor(call: Call, account: Account, referenceType: string, referenceId: string): Json[] {
  const set = call.platform.state.callingPlans.of(account.id);
  const own = set.filter((plan) => plan.referenceId === referenceId);
  if (own.length > 0 || referenceType === 'ACCOUNT') return own.map(planAnswer);
  return PRODUCTS.filter(({ defaultPlan }) => defaultPlan).map(({ id, planMinutes }) => ({
    ...{ referenceId, referenceType, callingPlanProductId: id, startDate: STARTED },
    ...{ planMinutes, secondsRemaining: planMinutes * 60 },
  }));
}

/** What is deleted takes its plans along. */
export function deletePlansOf(call: Call, accountId: string, referenceId: string): void {
  const { callingPlans } = call.platform.state;
  for (const plan of callingPlans.of(accountId))
    if (plan.referenceId === referenceId) callingPlans.delete(plan.id);
}

const planAnswer = ({ id, referenceId, referenceType, productId, startDate }: CallingPlan): Json => {
  const planMinutes = PRODUCTS.find((each) => each.id === productId)?.planMinutes ?? 0;
  return {
    ...{ id, referenceId, referenceType, callingPlanProductId: productId, startDate },
    ...{ planMinutes, secondsRemaining: planMinutes * 60 },
  };
};

function modified(call: Call) {
  const body = bodyOf(call);
  const account = accountOf(call);
  requireValid(body, MODIFY);
  const [referenceType, referenceId] = [String(body['referenceType']), String(body['referenceId'])];
  requireReference(call, account, referenceType, referenceId);
  return { account, referenceType, referenceId, body };
}

/** @throws Refusal 400 unless that is on the account, and of that type */
function requireReference(call: Call, account: Account, type: string, id: string): void {
  const { state } = call.platform;
  const onAccount =
    (type === 'ACCOUNT' && id === account.id) ||
    (type === 'END_USER' && state.users.get(id)?.accountId === account.id) ||
    (type === 'SIP_TRUNK' && state.sipTrunks.get(id)?.accountId === account.id);
  if (!onAccount) throw new Refusal(400, `referenceId: no ${type} ${id} is on the account`);
}
