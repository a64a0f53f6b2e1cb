import { ApiError } from '../api/api-error.js';
import { Client } from '../api/client.js';
import {
  type Call,
  getLogIn,
  getPartition,
  listCallingPlanProducts,
  listCarriers,
  listDeviceTypes,
  listInventory,
  listSettings,
} from '../api/endpoints.js';
import { Limiter } from '../api/limiter.js';
import { createTransport } from '../api/transport.js';
import { DANGEROUS_EXTENSIONS, settingText } from '../resources/lookups/partition-questions.js';
import { partitionOf } from './connect.js';
import { unlessInterrupted } from './interrupt.js';
import { credentialsFor, openPlatform, refuseClearLogIn, targetOf } from './platform.js';
import { type Caller, settingsOf } from './settings.js';

/** What the platform said to a question; or, in its words, why it did not say it. */
export type Told<T> = { readonly value: T } | { readonly refused: string };

/** What a log-in may use, as the platform tells it. */
export interface PlatformFacts {
  readonly environment: string;
  readonly baseUrl: string;
  readonly partitionId: string;
  readonly logIn: Told<{
    readonly username: string | null;
    readonly userType: string | null;
    /** what the user may do, by kind of thing */
    readonly permissions: Readonly<Record<string, string>>;
  }>;
  readonly partition: Told<{
    readonly name: string | null;
    readonly status: string | null;
    readonly country: string | null;
    readonly requiresDeviceInventory: boolean | null;
    /** days until a deleted number can be had again */
    readonly cooldownDays: number | null;
    readonly useOwnCarrier: boolean | null;
  }>;
  readonly subPartitions: readonly { readonly id: string; readonly name: string | null }[];
  readonly callingPlans: Told<readonly { readonly name: string; readonly isDefault: boolean }[]>;
  readonly carriers: Told<
    readonly {
      readonly name: string;
      readonly type: string | null;
      readonly ports: boolean;
      /** its numbers are the operator's own */
      readonly isOwn: boolean;
    }[]
  >;
  /** the IDs of the device types that the partition allows; those of the platform where it does not tell */
  readonly deviceTypes: Told<{ readonly allowed: boolean; readonly ids: readonly string[] }>;
  readonly settings: Told<Readonly<Record<string, string>>>;
  /** free numbers of the partition's inventory by rate center, the most first */
  readonly inventory: Told<{
    readonly count: number;
    /** the platform lists no more: there may be others */
    readonly isCut: boolean;
    readonly rateCenters: readonly {
      readonly name: string;
      readonly state: string;
      readonly count: number;
    }[];
  }>;
}

/** Settings of a partition that an import may run into. */
const SETTINGS = ['PLATFORM_TYPE_DEFAULT', 'SEND_WELCOME_EMAIL', DANGEROUS_EXTENSIONS, 'ENABLE_STAGED_CALL'];

/** Sub-partitions whose names are asked for. */
const MAX_NAMED = 20;
/** So many numbers of an inventory the platform lists at most (API description). */
const MAX_LISTED = 500;

/**
 * Logs in and reads what the log-in may use; writes nothing. What is refused is told in the place of its answer.
 * @throws StopError when the log-in is refused, the partition is not one of its own, or a stop is asked for
 */
export async function readPlatform(caller: Caller, signal: AbortSignal): Promise<PlatformFacts> {
  const { settings, given } = await settingsOf(caller);
  const target = targetOf(settings, given);
  refuseClearLogIn(target, caller.insecureHttp === true);
  const credentials = await credentialsFor(target, caller);
  const platform = await openPlatform(target, null, credentials);
  const { baseUrl, environment, username, password } = platform;
  const transport = createTransport(baseUrl, settings.concurrency, settings.timeout);
  const limiter = new Limiter(settings.concurrency, settings.rate ?? null);
  const stop = () => limiter.stop();
  signal.addEventListener('abort', stop);
  try {
    const client = new Client({
      ...{ baseUrl, username, password, retries: settings.retries, transport, limiter },
      httpLog: null,
      log: () => {},
    });
    const reading = async (): Promise<PlatformFacts> => {
      const logIn = await client.logIn();
      const partitionId = partitionOf(settings, logIn);
      return {
        environment,
        baseUrl,
        partitionId,
        ...(await factsOf(client, partitionId, logIn.subPartitionIds)),
      };
    };
    return await unlessInterrupted(signal, reading());
  } finally {
    signal.removeEventListener('abort', stop);
    await transport.close();
    await platform.close();
  }
}

async function factsOf(
  client: Client,
  partitionId: string,
  ofLogIn: readonly string[],
): Promise<Omit<PlatformFacts, 'environment' | 'baseUrl' | 'partitionId'>> {
  const ask = <A, T>(call: Call<A>, read: (answer: A) => T) => told(client, call, read);
  const [partition, logIn, callingPlans, carriers, types, settings, inventory] = await Promise.all([
    ask(getPartition(partitionId), (answer) => answer),
    ask(getLogIn(), ({ username = null, userType = null, permissions }) => ({
      ...{ username, userType, permissions: permissions ?? {} },
    })),
    ask(listCallingPlanProducts(partitionId), (plans) =>
      plans.map(({ id, name, defaultPlan }) => ({ name: name ?? id, isDefault: defaultPlan === true })),
    ),
    ask(listCarriers(partitionId), (all) =>
      all.map(({ id, name, carrierType, supportPorting, enableByotn }) => ({
        ...{ name: name ?? id, type: carrierType ?? null, ports: supportPorting === true },
        isOwn: enableByotn === true || carrierType === 'SERVICE_PROVIDER_CARRIER',
      })),
    ),
    ask(listDeviceTypes(), (all) => all.map(({ id }) => id)),
    ask(listSettings(partitionId), (all) =>
      Object.fromEntries(SETTINGS.map((name) => [name, settingText(all[name])])),
    ),
    ask(listInventory(partitionId), inventoryOf),
  ]);
  const known = 'value' in partition ? partition.value : null;
  const subIds = [...new Set([...(known?.subPartitionIds ?? []), ...ofLogIn])].filter(
    (id) => id !== partitionId,
  );
  const subPartitions = await Promise.all(
    subIds.map(async (id, at) => {
      if (at >= MAX_NAMED) return { id, name: null };
      const sub = await ask(getPartition(id), ({ name }) => name ?? null);
      return { id, name: 'value' in sub ? sub.value : null };
    }),
  );
  const allowed = known?.allowedDeviceTypes ?? [];
  return {
    logIn,
    partition:
      known === null
        ? (partition as { readonly refused: string })
        : {
            value: {
              ...{ name: known.name ?? null, status: known.status ?? null, country: known.country ?? null },
              requiresDeviceInventory: known.requiresDeviceInventory ?? null,
              cooldownDays: known.tnDeleteCooldownDays ?? null,
              useOwnCarrier: known.useOwnCarrier ?? null,
            },
          },
    subPartitions,
    callingPlans,
    carriers,
    deviceTypes:
      allowed.length > 0
        ? { value: { allowed: true, ids: allowed } }
        : 'value' in types
          ? { value: { allowed: false, ids: types.value } }
          : types,
    settings,
    inventory,
  };
}

/** Reads; what is refused, or not to be had, ends nothing. */
async function told<A, T>(client: Client, call: Call<A>, read: (answer: A) => T): Promise<Told<T>> {
  try {
    return { value: read(await client.send(call, { optional: true })) };
  } catch (error) {
    if (error instanceof ApiError) return { refused: error.message };
    throw error;
  }
}

function inventoryOf(
  numbers: readonly {
    accountId?: string | null | undefined;
    rateCenter?: string | null | undefined;
    state?: string | null | undefined;
  }[],
) {
  const free = numbers.filter(({ accountId }) => accountId == null || accountId === '');
  const counts = new Map<string, { name: string; state: string; count: number }>();
  for (const { rateCenter, state } of free) {
    const [name, of] = [rateCenter ?? 'unknown', state ?? ''];
    const center = counts.get(`${name}/${of}`) ?? { name, state: of, count: 0 };
    center.count += 1;
    counts.set(`${name}/${of}`, center);
  }
  const rateCenters = [...counts.values()].sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
  return { count: free.length, isCut: numbers.length >= MAX_LISTED, rateCenters };
}
