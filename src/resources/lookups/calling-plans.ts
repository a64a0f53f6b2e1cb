import type { Client } from '../../api/client.js';
import { type CallingPlanProductRecord, listCallingPlanProducts } from '../../api/endpoints.js';
import { nearest } from '../../records/cells/nearest.js';
import { readsLike } from '../names.js';

/** Names that a message lists at most: a partition may offer hundreds of plans. */
const MAX_NAMED = 12;

/** The plan that a text means, or why there is none. */
export type PlanFound =
  | { readonly plan: CallingPlanProductRecord }
  | { readonly plan: null; readonly message: string; readonly hint: string };

/** The calling plans that partitions offer, asked for once a partition and only when a row names one. */
export class CallingPlans {
  readonly #client: Client;
  readonly #asked = new Map<string, Promise<readonly CallingPlanProductRecord[]>>();

  constructor(client: Client) {
    this.#client = client;
  }

  /**
   * The plan that a name or ID means (without case): IDs differ between environments, so sheets name plans.
   * @throws ApiError when the platform does not tell
   */
  async find(partitionId: string, text: string, priority: number): Promise<PlanFound> {
    const offered = await this.offered(partitionId, priority);
    const plans = plansNamed(offered, text);
    const [plan] = plans;
    if (plan !== undefined && plans.length === 1) return { plan };
    if (plan !== undefined) {
      const ids = plans.map(({ id }) => id).join(', ');
      const message = `The platform has ${plans.length} calling plans called "${text}"`;
      return { plan: null, message, hint: `Write the ID of the one that is meant: ${ids}.` };
    }
    // Only one that is not offered has to be looked for among those that are archived.
    const all = await this.#list(partitionId, true, priority).catch(() => []);
    const isArchived = plansNamed(all, text).length > 0;
    const names = offered.flatMap(({ name }) => (name ? [name] : []));
    const near = nearest(text, names);
    const shown = `${names.slice(0, MAX_NAMED).join(', ')}${names.length > MAX_NAMED ? ' and more' : ''}`;
    const what = isArchived
      ? `The calling plan "${text}" is archived`
      : `The platform has no calling plan "${text}"`;
    const meant = near === null || isArchived ? '' : `Did you mean ${near}? `;
    const there = names.length === 0 ? 'The partition offers none.' : `There are: ${shown}.`;
    return { plan: null, message: what, hint: meant + there };
  }

  /** The plans that can be had. */
  offered(partitionId: string, priority: number): Promise<readonly CallingPlanProductRecord[]> {
    return this.#list(partitionId, false, priority);
  }

  #list(
    partitionId: string,
    archived: boolean,
    priority: number,
  ): Promise<readonly CallingPlanProductRecord[]> {
    const call = listCallingPlanProducts(partitionId, archived);
    let list = this.#asked.get(call.path);
    if (!list) {
      list = this.#client.send(call, { priority });
      list.catch(() => this.#asked.delete(call.path));
      this.#asked.set(call.path, list);
    }
    return list;
  }
}

/** The plans that a text names: the one with that ID, else all of that name. */
export function plansNamed(
  plans: readonly CallingPlanProductRecord[],
  text: string,
): readonly CallingPlanProductRecord[] {
  const byId = plans.find(({ id }) => id === text) ?? plans.find(({ id }) => readsLike(id, text));
  return byId ? [byId] : plans.filter(({ name }) => name != null && readsLike(name, text));
}
