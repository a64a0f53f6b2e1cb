import type { Client } from '../api/client.js';
import type { Journal, StoredRow } from '../journal/journal.js';
import type { RowResult } from '../plan/statuses.js';
import type { ImportRecord } from '../records/record.js';
import { rowAddresses } from '../resources/activation.js';
import { ACTS } from '../resources/acts/acts.js';
import { compare, type FieldDifference } from '../resources/compare.js';
import type { Standing } from '../resources/kind.js';
import { KINDS } from '../resources/kinds.js';
import { SharedLooks } from '../resources/look.js';
import type { Addresses } from '../resources/lookups/addresses.js';
import type { Outcome } from '../resources/task.js';
import { afterCutover } from './after-cutover.js';
import { idsOf, isThere } from './ids.js';
import { Planner } from './planner.js';
import { actsOf, isActDone } from './run-acts.js';

/** Something on the platform that is not as the sheet says. */
export type Difference = FieldDifference & {
  /** key of the resource, or the row where it has none */
  readonly key: string;
};

/** What a row's objects on the platform say. */
export interface RowComparison {
  readonly differences: readonly Difference[];
  /** fields that the sheet states and the platform does not answer, so that nobody can tell */
  readonly notComparable: readonly Difference[];
  /** what is not yet as the sheet says and is on its way: ports, activations, acts of the cut-over, what waits for them */
  readonly underWay: readonly Difference[];
}

/** The acts of a cut-over, which are open until their night. */
const NIGHT_ACTS = [ACTS.release, ACTS.move, ACTS.goLive];

/** Answers kept for the rows that share them; rows of one account usually stand near each other. */
const MAX_SHARED = 2000;

/** Reads the objects of rows back and compares them with the sheet. */
export class Comparer {
  readonly #journal: Journal<ImportRecord>;
  readonly #addresses: Addresses;
  readonly #planner: Planner;
  /** answers of objects that several rows share, so that each is read once */
  readonly #shared: SharedLooks;
  /** what was told of an object that several rows share is not told again */
  readonly #told = new Set<string>();

  constructor(client: Client, journal: Journal<ImportRecord>, addresses: Addresses) {
    this.#shared = new SharedLooks(client);
    this.#journal = journal;
    this.#addresses = addresses;
    this.#planner = new Planner(journal);
  }

  /**
   * Reads back everything that a row stands for and compares it with the sheet: what this run created with all that it
   * sent, what was there before with what the sheet itself says.
   *
   * @throws ApiError when something cannot be read
   */
  async row(row: StoredRow<ImportRecord>): Promise<RowComparison> {
    const plan = this.#planner.plan(row);
    if (typeof plan === 'string')
      return {
        differences: [{ key: `row ${row.row}`, field: '', inSheet: plan, onPlatform: '' }],
        ...{ notComparable: [], underWay: [] },
      };
    const { awaits = [] } = row.status === 'waiting' ? ((row.result ?? {}) as RowResult) : {};
    this.#shared.forgetBeyond(MAX_SHARED);
    const compared = await Promise.all(
      plan.resources.map(async (planned): Promise<RowComparison> => {
        const resource = afterCutover(this.#journal, planned);
        const { key, kind: name, values, given } = resource;
        const missing = (onPlatform: string): RowComparison => ({
          differences: [{ key, field: '', inSheet: 'is wanted', onPlatform }],
          ...{ notComparable: [], underWay: [] },
        });
        const step = this.#journal.step(key);
        if (!isThere(step)) {
          if (awaits.length === 0) return missing('was not created');
          const onPlatform = `waits until ${awaits.map(({ phone }) => phone).join(', ')} is active`;
          const waits = { key, field: '', inSheet: 'is wanted', onPlatform };
          return { differences: [], notComparable: [], underWay: [waits] };
        }
        const kind = KINDS[name];
        const outcome = step.outcome as unknown as Outcome;
        const ids = idsOf(this.#journal, resource, outcome);
        const now = await kind.read(this.#shared.for(row.ordinal), ids, resource);
        if (now === null) return missing('is not there');
        const stated = await kind.stated({
          resource,
          values: outcome.state === 'created' ? values : given,
          ids,
          addresses: () => rowAddresses(this.#addresses, values, row.ordinal),
        });
        const { differences, unanswered } = compare(stated, now);
        const isNew = !this.#told.has(key);
        const standing = kind.waitsFor?.standing(now, resource) ?? [];
        if (unanswered.length + standing.length > 0) this.#told.add(key);
        const wrong = standing.filter(({ isWrong }) => isWrong).map(plain);
        const goesOn = standing.filter(({ isWrong }) => !isWrong).map(plain);
        return {
          differences: [...differences, ...wrong].map((each) => ({ key, ...each })),
          notComparable: isNew ? unanswered.map((each) => ({ key, ...each })) : [],
          underWay: isNew ? goesOn.map((each) => ({ key, ...each })) : [],
        };
      }),
    );
    return {
      differences: compared.flatMap(({ differences }) => differences),
      notComparable: compared.flatMap(({ notComparable }) => notComparable),
      underWay: [...compared.flatMap(({ underWay }) => underWay), ...this.#openActs(row)],
    };
  }

  /** What the cut-over has not done yet for a row. */
  #openActs(row: StoredRow<ImportRecord>): Difference[] {
    const { movesFrom, operationalStatus, holdActivation } = row.record.values;
    if (movesFrom === undefined && operationalStatus === undefined && !holdActivation) return [];
    return actsOf(row, NIGHT_ACTS, this.#planner, this.#journal)
      .filter(({ against, step }) => against === null && !isActDone(step))
      .map(({ act, key }) => ({
        ...{ key, field: '', inSheet: act.title },
        onPlatform: 'waits for the cut-over',
      }));
  }
}

function plain({ isWrong: _, ...difference }: Standing): FieldDifference {
  return difference;
}
