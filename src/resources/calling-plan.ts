import { ApiError } from '../api/api-error.js';
import {
  addCallingPlan,
  type CallingPlanProductRecord,
  type CallingPlanRecord,
  listCallingPlanProducts,
  listCallingPlans,
  type PlanReferenceType,
  removeCallingPlan,
} from '../api/endpoints.js';
import { baseOf, kindOf } from '../plan/keys.js';
import type { Resource } from '../plan/resource.js';
import type { RowValues } from '../records/columns.js';
import { createOnce } from './create-once.js';
import { type Ids, type Kind, PLAIN_UPDATE, type Update } from './kind.js';
import { plansNamed } from './lookups/calling-plans.js';
import { readsLike } from './names.js';
import { setOnce } from './set-once.js';
import { StepError } from './step-error.js';
import type { Outcome, Task } from './task.js';
import { isToUpdate, updateOnce } from './update-once.js';

/** What has the plan, and the plan as the sheet writes it: a name, or an ID. */
type PlanIdentity = {
  readonly referenceType: PlanReferenceType;
  readonly ownerId: string;
  readonly plan: string;
};

/** The plan that something has now. */
interface PlanNow {
  /** the ID of its product */
  readonly id: string;
  /** as the sheet writes it where it is the one meant there, else as a sheet could write it */
  readonly callingPlan: string;
  /** the IDs of all products that are current, where the list was read for itself */
  readonly current?: readonly string[];
  /** whose it is and what the partition offers, where that was asked for a change */
  readonly asked?: {
    readonly referenceType: PlanReferenceType;
    readonly referenceId: string;
    readonly products: readonly CallingPlanProductRecord[];
  };
}
const NOT_ASKED = { referenceType: 'ACCOUNT', referenceId: '', products: [] } as const;

/**
 * Another plan in the place of the one that there is. Whether the former ends with it is not documented: a run reads that
 * again and tells it, and leaves what it did not set. Undo sets the former plan, and takes off the other where that stays.
 */
const planUpdate: Update<PlanNow, PlanIdentity> = {
  ...PLAIN_UPDATE,
  fields: ['callingPlan'],
  strange: () => null,
  async read(look, ids, resource) {
    const now = await callingPlan.read(look, ids, resource);
    if (now === null) return null;
    const products = (await look(listCallingPlanProducts(ids.partitionId))) ?? [];
    const referenceId = isOfAccount(resource) ? ids.accountId : ids.ownerId;
    return { ...now, asked: { referenceType: referenceTypeOf(resource), referenceId, products } };
  },
  call({ partitionId, accountId }, { callingPlan: plan }, { id, current = [], asked = NOT_ASKED }) {
    const { referenceType, referenceId, products } = asked;
    const wanted = productIdOf(String(plan), products);
    // Only undo wants what is current already: beside it, what the run has set is taken off.
    return current.includes(wanted)
      ? removeCallingPlan(partitionId, accountId, planBody(referenceType, referenceId, id))
      : addCallingPlan(partitionId, accountId, planBody(referenceType, referenceId, wanted));
  },
  leaves: (now, before, changed) =>
    (now.current ?? []).some((each) => each !== now.id && before.current?.includes(each))
      ? changed.map(({ field, from, to }) => ({
          ...{ field, inSheet: String(to), onPlatform: `${from} and ${to}` },
          why: 'the platform has kept the former one beside it',
        }))
      : [],
};

/**
 * The calling plan of a user, a SIP trunk or an account (API description, calling plans). Whether setting it a second
 * time adds to the first or replaces it is not documented, so it is treated as a create: looked for first, and after
 * doubt looked for again. A new user or trunk has the platform's default plan by then, which the sheet's takes the place
 * of, or stands beside: either is taken for right.
 */
export const callingPlan: Kind<PlanNow, PlanIdentity> = {
  title: 'Calling plan',
  called: (_values, _id, resource) => planIn(resource, resource.values),
  idColumn: null,
  settingOf: 'owner',
  referenceType: null,
  writes: (resource, { partitionId, accountId, ownerId }) => [
    addCallingPlan(
      partitionId,
      accountId,
      planBody(
        referenceTypeOf(resource),
        isOfAccount(resource) ? accountId : ownerId,
        `{ID of ${planIn(resource, resource.values)}}`,
      ),
    ),
  ],
  async bringAbout(task) {
    const { run, resource, ordinal } = task;
    const account = await task.account();
    const owner = (await task.need('owner')) ?? account;
    const { partitionId, accountId } = account;
    const referenceType = referenceTypeOf(resource);
    const wanted = planIn(resource, resource.values);
    const found = await run.snapshots.callingPlans.find(partitionId, wanted, ordinal);
    if (found.plan === null) throw new StepError(`${found.message}.`, found.hint);
    const { id } = found.plan;
    const state = run.journal.step(resource.key)?.state;
    if (state === 'updating') return changeOnce(task, account, owner.id, id, true);
    const inDoubt = state === 'intent';
    const list = listCallingPlans(partitionId, accountId, referenceType, owner.id);
    const entries = inDoubt ? [] : current((await task.look(list)) ?? []);
    const isThere = entries.some((entry) => idOf(entry) === id);
    // The platform may have given it to a new one by itself.
    if (owner.state === 'created' && isThere)
      return setOnce(task, callingPlan, account, { id, call: planCall(id), found: async () => [] });
    const [other] = entries;
    if (owner.state === 'existing' && other && !isThere) {
      if (isToUpdate(task)) return changeOnce(task, account, owner.id, id, false);
      const name = nameOf(other, await run.snapshots.callingPlans.offered(partitionId, ordinal));
      throw new StepError(
        `It was there before this run and has the calling plan "${name}".`,
        'Correct the sheet, or have the plan changed with --existing update.',
      );
    }
    return createOnce(task, callingPlan, {
      ids: account,
      ownerId: owner.id,
      ownPhone: undefined,
      call: () => planCall(id),
      answer: () => ({ id, callingPlan: wanted }),
      unique: false,
      before: async () => (isThere ? { id, callingPlan: wanted } : null),
    });

    function planCall(productId: string) {
      return addCallingPlan(partitionId, accountId, planBody(referenceType, owner.id, productId));
    }
  },
  find: {
    identity: (resource, { ownerId }) => ({
      referenceType: referenceTypeOf(resource),
      ownerId: isOfAccount(resource) ? '' : (ownerId ?? ''),
      plan: planIn(resource, resource.values),
    }),
    // Looked for after doubt: another plan is what its owner had before, and no trace of ours.
    async now(look, { partitionId, accountId }, { referenceType, ownerId, plan }) {
      const id = referenceType === 'ACCOUNT' ? accountId : ownerId;
      const entries = current(
        (await look(listCallingPlans(partitionId, accountId, referenceType, id))) ?? [],
      );
      if (entries.length === 0) return null;
      return meant(entries, (await look(listCallingPlanProducts(partitionId))) ?? [], plan);
    },
    async held(held, { referenceType, ownerId, plan }, priority) {
      const id = referenceType === 'ACCOUNT' ? held.accountId : ownerId;
      if (id === '') return null;
      const entries = current(await held.plansOf(referenceType, id, priority));
      if (entries.length === 0) return null;
      return pick(entries, await held.planProducts(priority), plan);
    },
    idOf: ({ id }) => id,
    strange: (now, { plan }) =>
      readsLike(now.callingPlan, plan) ? null : `the calling plan is "${now.callingPlan}"`,
  },
  async read(look, { partitionId, accountId, id, ownerId }, resource) {
    const referenceType = referenceTypeOf(resource);
    const reference = isOfAccount(resource) ? accountId : ownerId;
    const entries = current(
      (await look(listCallingPlans(partitionId, accountId, referenceType, reference))) ?? [],
    );
    const currentIds = entries.map(idOf);
    // The product that was set tells, whatever it is called by now.
    if (currentIds.includes(id))
      return { id, callingPlan: planIn(resource, resource.values), current: currentIds };
    if (entries.length === 0) return null;
    const products = (await look(listCallingPlanProducts(partitionId))) ?? [];
    const picked = pick(entries, products, planIn(resource, resource.values));
    return picked && { ...picked, current: currentIds };
  },
  stated: ({ resource, values }) => ({ callingPlan: planIn(resource, values) }),
  update: planUpdate,
  takeBack: {
    after: [],
    occupied: null,
    remove: ({ partitionId, accountId, id, ownerId }: Ids, resource: Resource) =>
      removeCallingPlan(
        partitionId,
        accountId,
        planBody(referenceTypeOf(resource), isOfAccount(resource) ? accountId : ownerId, id),
      ),
  },
  dryRun: {
    another: {
      code: 'CALLING_PLAN_IS_ANOTHER',
      column: (_values, resource) => columnFor(resource),
      hint: 'Correct the sheet, or have the plan changed with --existing update.',
    },
    whenNew: null,
    always: (check, questions, resource) =>
      questions.callingPlan(check, columnFor(resource), planIn(resource, resource.values)),
  },
  waitsFor: null,
  namesNumbers: null,
};

/**
 * Gives an owner that has another plan the sheet's. What may have been sent is read again once the platform has settled,
 * since a second PUT may add a second entry.
 */
async function changeOnce(
  task: Task,
  { partitionId, accountId }: Outcome,
  ownerId: string,
  id: string,
  isInDoubt: boolean,
): Promise<Outcome> {
  const { run } = task;
  const ids: Ids = { partitionId, accountId, id, ownerId, phone: undefined };
  let mayBeSent = isInDoubt;
  for (let tries = 1; ; tries++) {
    if (mayBeSent) await run.client.rest(run.settleMs);
    try {
      const outcome = await updateOnce(task, callingPlan, planUpdate, ids, null);
      if (outcome !== null) return outcome;
      throw new StepError(
        'It had a calling plan a moment ago, and has none.',
        'Try again with: resume --retry failed',
      );
    } catch (error) {
      if (!(error instanceof ApiError) || error.kind !== 'inDoubt' || tries > run.retries) throw error;
      mayBeSent = true;
    }
  }
}

/** The body of `PUT callingplan`, and of the DELETE that takes it off again. */
function planBody(referenceType: PlanReferenceType, referenceId: string, productId: string) {
  return {
    referenceType,
    referenceId,
    callingPlanReferenceId: productId,
    callingPlanType: 'NEW_CALLING_PLAN',
    // at once, not at the billing date
    pending: false,
  };
}

function isOfAccount(resource: Resource): boolean {
  return kindOf(baseOf(resource.key)) === 'account';
}

function referenceTypeOf(resource: Resource): PlanReferenceType {
  if (isOfAccount(resource)) return 'ACCOUNT';
  return kindOf(baseOf(resource.key)) === 'sipTrunk' ? 'SIP_TRUNK' : 'END_USER';
}

function columnFor(resource: Resource): 'accountCallingPlan' | 'callingPlan' {
  return isOfAccount(resource) ? 'accountCallingPlan' : 'callingPlan';
}

function planIn(resource: Resource, values: RowValues): string {
  return values[columnFor(resource)] ?? '';
}

/** The entry that the sheet means, or the first that there is. */
function pick(
  entries: readonly CallingPlanRecord[],
  products: readonly CallingPlanProductRecord[],
  plan: string,
): PlanNow | null {
  const [first] = entries;
  return (
    meant(entries, products, plan) ??
    (first ? { id: idOf(first), callingPlan: nameOf(first, products) } : null)
  );
}

/** The entry that the sheet means by a name or an ID. */
function meant(
  entries: readonly CallingPlanRecord[],
  products: readonly CallingPlanProductRecord[],
  plan: string,
): PlanNow | null {
  const found = entries.find(
    (entry) => readsLike(idOf(entry), plan) || readsLike(nameOf(entry, products), plan),
  );
  return found ? { id: idOf(found), callingPlan: plan } : null;
}

/** As a sheet could write it: the name, where it tells one product from all others, else the ID. */
function nameOf(entry: CallingPlanRecord, products: readonly CallingPlanProductRecord[]): string {
  const id = idOf(entry);
  const name = products.find((each) => each.id === id)?.name;
  return name && plansNamed(products, name).length === 1 ? name : id;
}

/** The product that a text names; one that is not offered any more is for the platform to refuse. */
function productIdOf(plan: string, products: readonly CallingPlanProductRecord[]): string {
  return plansNamed(products, plan)[0]?.id ?? plan;
}

function idOf({ callingPlanProductId }: CallingPlanRecord): string {
  return callingPlanProductId ?? '';
}

/** The plans of a list that have not ended. */
function current(entries: readonly CallingPlanRecord[]): readonly CallingPlanRecord[] {
  return entries.filter(({ endDate }) => endDate == null || !(Date.parse(endDate) < Date.now()));
}
