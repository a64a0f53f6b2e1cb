import {
  createHuntGroup,
  deleteHuntGroup,
  getHuntGroup,
  type HuntGroupRecord,
  type LineRecord,
  listHuntGroups,
  listLines,
  putHuntGroup,
} from '../api/endpoints.js';
import type { Json, JsonObject } from '../journal/journal.js';
import type { Resource } from '../plan/resource.js';
import { type HuntMember, huntMembersOf } from '../records/cells/hunt-members.js';
import type { RowValues } from '../records/columns.js';
import { wholeWith } from './changes.js';
import { createOnce } from './create-once.js';
import { type Ids, type Kind, type Left, PLAIN_UPDATE } from './kind.js';
import type { Look } from './look.js';
import type { Snapshot } from './lookups/snapshots.js';
import { allNamed, named, renamed, twinsOf } from './names.js';
import { rungBy } from './number-state.js';
import { StepError } from './step-error.js';
import { type AccountIds, mayHoldMore, type Outcome, type Task } from './task.js';

type GroupIdentity = { readonly huntGroupName: string };

/** A hunt group whose members are named instead of numbered, in their order: what a sheet says of it, and a person reads. */
interface GroupNow {
  readonly id: string;
  readonly name?: string | null | undefined;
  readonly huntingConfiguration?: object | undefined;
  /** as the platform answers it */
  readonly answered: HuntGroupRecord;
  /** the lines that are its members, or may become so */
  readonly lines: readonly LineRecord[];
}

const STRATEGY_TYPES = {
  LINEAR: 'LinearHuntingConfiguration',
  SEQUENTIAL: 'SequentialHuntingConfiguration',
  SIMULTANEOUS: 'SimultaneousHuntingConfiguration',
} as const;

/**
 * A hunt group of business lines (API description, HuntGroup). Natural key: account and name, although no source says
 * that the platform holds a name once.
 */
export const huntGroup: Kind<GroupNow, GroupIdentity> = {
  title: 'Hunt group',
  called: ({ huntGroupName = '' }) => huntGroupName,
  idColumn: 'huntGroupId',
  settingOf: null,
  referenceType: 'BUSINESS_LINE_HUNT_GROUP',
  writes: ({ values }, { partitionId, accountId, lineId }) => [
    createHuntGroup(partitionId, accountId, groupBody(values, { partitionId, accountId }, lineId)),
  ],
  async bringAbout(task) {
    const { values } = task.resource;
    const account = await task.account();
    const { partitionId, accountId } = account;
    const lineIds = await memberIds(task, account);
    const lines = [...lineIds].map(([name, id]) => ({ id, name }));
    const idOf = (line: string) => lineIds.get(line) ?? '';
    return createOnce(task, huntGroup, {
      ids: account,
      ownerId: null,
      ownPhone: undefined,
      call: () => createHuntGroup(partitionId, accountId, groupBody(values, account, idOf)),
      answer: (group) => withNames(group, lines),
      unique: false,
    });
  },
  find: {
    identity: ({ values }) => ({ huntGroupName: values.huntGroupName ?? '' }),
    now: async (look, account, identity) => {
      const groups = (await look(listHuntGroups(account.partitionId, account.accountId))) ?? [];
      const group = pickGroup(groups, identity);
      return group && withNames(group, await linesOf(look, account));
    },
    held: async (held, identity, priority) => {
      const group = pickGroup(await held.huntGroups(priority), identity);
      return group && withNames(group, await held.lines(priority));
    },
    idOf: ({ id }) => id,
    strange: (now, { huntGroupName }) => renamed(now.name, huntGroupName),
  },
  read: async (look, ids) => {
    const group = await look(getHuntGroup(ids.partitionId, ids.accountId, ids.id));
    return group && withNames(group, await linesOf(look, ids));
  },
  stated: ({ values }) => ({
    name: values.huntGroupName,
    huntingConfiguration: {
      '@type': values.huntStrategy && STRATEGY_TYPES[values.huntStrategy],
      ringTimeoutSeconds: values.huntStrategy === 'SEQUENTIAL' ? undefined : values.huntRingTimeoutSeconds,
      members: inOrder(
        values.huntStrategy === 'SIMULTANEOUS',
        membersIn(values).map(({ line, seconds }) => memberText(values.huntStrategy, line, seconds)),
      ),
    },
  }),
  update: {
    ...PLAIN_UPDATE,
    fields: ['huntingConfiguration'],
    doubt: async (held, now, _identity, priority) =>
      twinsOf(now.answered, await held.huntGroups(priority), ({ name }) => name, 'hunt groups'),
    call: (ids, { huntingConfiguration = null }, now) =>
      putHuntGroup(
        ...([ids.partitionId, ids.accountId, ids.id] as const),
        wholeWith(now.answered, { huntingConfiguration: withIds(huntingConfiguration, now, ids) }),
      ),
  },
  takeBack: {
    after: ['number'],
    occupied: rungBy,
    remove: ({ partitionId, accountId, id }) => deleteHuntGroup(partitionId, accountId, id),
  },
  dryRun: {
    another: null,
    whenNew: null,
    always: async (check, _questions, resource, held) => {
      const wanted = linesElsewhere(resource);
      const lines = wanted.length === 0 || held === null ? [] : await held.lines(check.ordinal);
      for (const line of wanted) {
        const found = allNamed(lines, ({ name }) => name, line);
        if (found.length === 1) continue;
        const { message, hint } = notOneLine(line, found);
        const code = found.length === 0 ? 'HUNT_MEMBER_UNKNOWN' : 'HUNT_MEMBER_AMBIGUOUS';
        check.add(code, 'huntMembers', line, message, hint);
      }
    },
  },
  waitsFor: null,
  namesNumbers: null,
};

/**
 * The body of `POST business-line-hunt-group`.
 * @param idOf the ID of a line by its name
 */
function groupBody(
  values: RowValues,
  { partitionId, accountId }: AccountIds,
  idOf: (line: string) => string,
) {
  const { huntGroupName: name, huntStrategy = 'LINEAR', huntRingTimeoutSeconds: ringTimeoutSeconds } = values;
  const type = { '@type': STRATEGY_TYPES[huntStrategy] };
  const members = membersIn(values);
  // No source says with what number the order begins; only which is greater can matter.
  const ordered = members.map(({ line }, sequenceOrder) => ({ businessLineId: idOf(line), sequenceOrder }));
  const owner = { partitionId, accountId, name };
  switch (huntStrategy) {
    case 'LINEAR':
      return { ...owner, huntingConfiguration: { ...type, ringTimeoutSeconds, members: ordered } };
    case 'SEQUENTIAL': {
      const timed = ordered.map((member, index) => ({
        ...member,
        ringTimeoutSeconds: members[index]?.seconds,
      }));
      return { ...owner, huntingConfiguration: { ...type, members: timed } };
    }
    case 'SIMULTANEOUS': {
      const ids = ordered.map(({ businessLineId }) => businessLineId);
      return { ...owner, huntingConfiguration: { ...type, ringTimeoutSeconds, members: ids } };
    }
  }
}

/** A hunt group that stays and rings a line, in words: for undo of the line. */
export async function huntedBy(
  held: Snapshot,
  { id }: Ids,
  left: Left,
  priority: number,
): Promise<string | null> {
  const groups = await held.huntGroups(priority);
  const ringing = groups.find(
    (group) => left(group.id) && membersOf(group).some(({ lineId }) => lineId === id),
  );
  return ringing ? `hunt group ${ringing.name} rings it` : null;
}

function membersIn({ huntStrategy, huntMembers, huntRingTimeoutSeconds }: RowValues): HuntMember[] {
  return huntMembersOf(huntStrategy, huntMembers, huntRingTimeoutSeconds);
}

/** The members that no row of the sheet brings. */
function linesElsewhere({ values, needs }: Resource): string[] {
  return membersIn(values).flatMap(({ line }, index) =>
    needs[`member${index}`] === undefined ? [line] : [],
  );
}

/**
 * The IDs of the lines that the group rings, by name: those of the sheet once they are there, others of the account.
 * @throws NeedError, StepError when there is not exactly one line of a name
 */
async function memberIds(task: Task, account: Outcome): Promise<Map<string, string>> {
  const { run, resource, ordinal } = task;
  const ids = new Map<string, string>();
  for (const [index, { line }] of membersIn(resource.values).entries()) {
    const outcome = await task.need(`member${index}`);
    if (outcome !== undefined) ids.set(line, outcome.id);
  }
  const elsewhere = linesElsewhere(resource);
  if (elsewhere.length === 0) return ids;
  const { partitionId, accountId } = account;
  const lines = mayHoldMore(run, account)
    ? await run.snapshots.of(partitionId, accountId).lines(ordinal)
    : [];
  for (const line of elsewhere) {
    const found = allNamed(lines, ({ name }) => name, line);
    const [only] = found;
    if (only === undefined || found.length > 1) {
      const { message, hint } = notOneLine(line, found);
      throw new StepError(message, hint);
    }
    ids.set(line, only.id);
  }
  return ids;
}

function notOneLine(line: string, found: readonly LineRecord[]): { message: string; hint: string } {
  if (found.length === 0) {
    const message = `The group rings the line "${line}": no row brings it, and it is not on the account`;
    return { message, hint: 'Correct the name in huntMembers, or add a BUSINESS_LINE row that brings it.' };
  }
  const message = `The group rings the line "${line}", and the account has ${found.length} of that name: ${found.map(({ id }) => id).join(', ')}`;
  return { message, hint: 'Give the lines names of their own on the platform.' };
}

/** The sheet's group among those of its account. */
function pickGroup(
  groups: readonly HuntGroupRecord[],
  { huntGroupName }: GroupIdentity,
): HuntGroupRecord | null {
  return named(groups, ({ name }) => name, huntGroupName);
}

async function linesOf(look: Look, { partitionId, accountId }: AccountIds): Promise<LineRecord[]> {
  return (await look(listLines(partitionId, accountId))) ?? [];
}

function withNames(answered: HuntGroupRecord, lines: readonly LineRecord[]): GroupNow {
  const { id, name, huntingConfiguration } = answered;
  if (huntingConfiguration == null) return { id, name, answered, lines };
  const strategy = strategyOf(huntingConfiguration);
  const members = membersOf(answered);
  const names = new Map(lines.map((line) => [line.id, line.name ?? undefined]));
  const named = members.map(({ lineId }) => names.get(lineId) ?? lineId);
  const texts = members.map(({ lineId, seconds }, index) => {
    const line = named[index] ?? '';
    // Of two of one name each is told by its ID.
    const isClear = named.indexOf(line) === named.lastIndexOf(line);
    return memberText(strategy, isClear ? line : lineId, seconds);
  });
  return {
    ...{ id, name, answered, lines },
    huntingConfiguration: {
      ...huntingConfiguration,
      members: huntingConfiguration.members == null ? undefined : inOrder(strategy === 'SIMULTANEOUS', texts),
    },
  };
}

/**
 * How a group is to hunt, with the IDs of its members for their names.
 * @param ids with what stands for lines that are not there yet, where nothing is sent
 * @throws StepError when there is not exactly one line of a name
 */
function withIds(hunting: Json, now: GroupNow, { lineId: rehearsed }: Ids): Json {
  const { members: texts = null, ...others } = (hunting ?? {}) as JsonObject;
  if (!Array.isArray(texts)) return others;
  const { answered, lines } = now;
  const former = answered.huntingConfiguration;
  const named = (now.huntingConfiguration ?? {}) as JsonObject;
  if (others['@type'] === named['@type'] && JSON.stringify(texts) === JSON.stringify(named['members']))
    return { ...others, members: (former?.members ?? []) as Json[] };
  const strategy = strategyOf(others);
  const formerMembers = membersOf(answered);
  const members = texts.map((text) => memberIn(strategy, String(text)));
  const ids = members.map(({ line }) => lineIdOf(line));
  if (strategy === 'SIMULTANEOUS') {
    // Those that stay keep their places, although these say nothing.
    const staying = formerMembers.map(({ lineId }) => lineId).filter((id) => ids.includes(id));
    return { ...others, members: [...staying, ...ids.filter((id) => !staying.includes(id))] };
  }
  let sequenceOrder = -1;
  return {
    ...others,
    members: ids.map((businessLineId, index) => {
      // The numbers that are there are kept, whatever the platform begins with.
      sequenceOrder = Math.max(sequenceOrder + 1, formerMembers[index]?.order ?? 0);
      const { seconds } = members[index] ?? {};
      return {
        ...{ businessLineId, sequenceOrder },
        ...(seconds === undefined ? {} : { ringTimeoutSeconds: seconds }),
      };
    }),
  };

  function lineIdOf(line: string): string {
    const found = allNamed(lines, ({ name }) => name, line);
    const one =
      found.find(({ id }) => formerMembers.some(({ lineId }) => lineId === id)) ??
      (found.length > 1 ? undefined : (found[0] ?? lines.find(({ id }) => id === line)));
    const id = one?.id ?? rehearsed?.(line);
    if (id !== undefined) return id;
    const { message, hint } = notOneLine(line, found);
    throw new StepError(message, hint);
  }
}

function strategyOf({ '@type': type }: { readonly [field: string]: unknown }): string | undefined {
  return Object.entries(STRATEGY_TYPES).find(([, each]) => each === type)?.[0];
}

/** The members of an answered group in the order in which they ring. */
function membersOf({ huntingConfiguration }: Pick<HuntGroupRecord, 'huntingConfiguration'>) {
  const members = (huntingConfiguration?.members ?? []).map((member, index) => {
    if (typeof member !== 'object' || member === null) return { lineId: String(member), order: index };
    const { businessLineId, sequenceOrder, ringTimeoutSeconds } = member as Readonly<Record<string, unknown>>;
    const order = typeof sequenceOrder === 'number' ? sequenceOrder : index;
    return { lineId: String(businessLineId), order, seconds: ringTimeoutSeconds };
  });
  return members.sort((a, b) => a.order - b.order) as { lineId: string; order: number; seconds?: number }[];
}

/** Lines that ring at once have no order. */
function inOrder(anyOrder: boolean, members: string[]): string[] {
  return anyOrder ? members.sort() : members;
}

function memberText(strategy: string | undefined, line: string, seconds: number | undefined): string {
  return strategy === 'SEQUENTIAL' ? `${line}:${seconds}` : line;
}

/** A member as {@link memberText} writes it. */
function memberIn(strategy: string | undefined, text: string): HuntMember {
  if (strategy !== 'SEQUENTIAL') return { line: text, seconds: undefined };
  const colon = text.lastIndexOf(':');
  return { line: text.slice(0, colon), seconds: Number(text.slice(colon + 1)) };
}
