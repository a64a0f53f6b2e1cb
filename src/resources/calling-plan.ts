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
import type { Ids, Kind } from './kind.js';
import { readsLike } from './names.js';
import { setOnce } from './set-once.js';
import { StepError } from './step-error.js';

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
  /** as the sheet writes it where it is the one meant there, else the platform's name of it */
  readonly callingPlan: string;
}

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
    const inDoubt = run.journal.step(resource.key)?.state === 'intent';
    const list = listCallingPlans(partitionId, accountId, referenceType, owner.id);
    const entries = inDoubt ? [] : current((await task.look(list)) ?? []);
    const isThere = entries.some((entry) => idOf(entry) === id);
    // The platform may have given it to a new one by itself.
    if (owner.state === 'created' && isThere)
      return setOnce(task, callingPlan, account, { id, call: planCall(id), found: async () => [] });
    const [other] = entries;
    if (owner.state === 'existing' && other && !isThere) {
      const name = nameOf(other, await run.snapshots.callingPlans.offered(partitionId, ordinal));
      throw new StepError(
        `It was there before this run and has the calling plan "${name}".`,
        'Correct the sheet, or change the plan on the platform.',
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
    // The product that was set tells, whatever it is called by now.
    if (entries.some(({ callingPlanProductId }) => callingPlanProductId === id))
      return { id, callingPlan: planIn(resource, resource.values) };
    if (entries.length === 0) return null;
    const products = (await look(listCallingPlanProducts(partitionId))) ?? [];
    return pick(entries, products, planIn(resource, resource.values));
  },
  stated: ({ resource, values }) => ({ callingPlan: planIn(resource, values) }),
  update: null,
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
      hint: 'Correct the sheet, or change the plan on the platform.',
    },
    whenNew: null,
    always: (check, questions, resource) =>
      questions.callingPlan(check, columnFor(resource), planIn(resource, resource.values)),
  },
  waitsFor: null,
};

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

function nameOf(entry: CallingPlanRecord, products: readonly CallingPlanProductRecord[]): string {
  return products.find(({ id }) => id === idOf(entry))?.name ?? idOf(entry);
}

function idOf({ callingPlanProductId }: CallingPlanRecord): string {
  return callingPlanProductId ?? '';
}

/** The plans of a list that have not ended. */
function current(entries: readonly CallingPlanRecord[]): readonly CallingPlanRecord[] {
  return entries.filter(({ endDate }) => endDate == null || !(Date.parse(endDate) < Date.now()));
}
