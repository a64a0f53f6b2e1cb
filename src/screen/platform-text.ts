import { counted } from '../results/wording.js';
import type { PlatformFacts, Told } from '../run/platform-facts.js';
import { oneLine } from './plain-text.js';

/** How many entries of a list stand on the screen; `--json` has all. */
const SHOWN = 10;
const LABEL = 17;

/** What a log-in may use, one line a subject. */
export function platformText(facts: PlatformFacts): string {
  const { environment, baseUrl, partitionId, subPartitions } = facts;
  const lines: [string, string][] = [
    ['platform', `${environment} (${baseUrl})`],
    [
      'log-in',
      text(facts.logIn, ({ username, userType }) =>
        [username ?? 'unknown', userType].filter(Boolean).join(', '),
      ),
    ],
    ['rights', text(facts.logIn, ({ permissions }) => rightsText(permissions))],
    [
      'partition',
      `${partitionId}: ${text(facts.partition, ({ name, status, country }) =>
        [name, status, country].map((each) => each ?? 'not told').join(', '),
      )}`,
    ],
    [
      'sub-partitions',
      listText(
        subPartitions.map(({ id, name }) => (name === null ? id : `${name} (${id})`)),
        'none',
      ),
    ],
    [
      'calling plans',
      text(facts.callingPlans, (plans) =>
        listText(
          plans.map(({ name, isDefault }) => (isDefault ? `${name} (default)` : name)),
          'none',
        ),
      ),
    ],
    // No call tells them of a partition.
    ['user plans', 'told of each account only: a dry run asks where rows need one'],
    ['carriers', text(facts.carriers, (all) => listText(all.map(carrierText), 'none'))],
    [
      'device types',
      text(facts.deviceTypes, ({ allowed, ids }) =>
        allowed ? listText(ids, 'none') : `all that the platform has: ${listText(ids, 'none')}`,
      ),
    ],
    [
      'device inventory',
      text(facts.partition, (each) => yesNo(each.requiresDeviceInventory, 'required', 'not required')),
    ],
    ['deleted numbers', text(facts.partition, ({ cooldownDays }) => cooldownText(cooldownDays))],
    [
      'settings',
      text(facts.settings, (settings) =>
        Object.entries(settings)
          .map(([name, value]) => `${name} ${value}`)
          .join(', '),
      ),
    ],
    ['free numbers', text(facts.inventory, inventoryText)],
  ];
  return lines.map(([label, said]) => `${label.padEnd(LABEL)}${oneLine(said)}\n`).join('');
}

function text<T>(told: Told<T>, of: (value: T) => string): string {
  return 'value' in told ? of(told.value) : `not told (${told.refused})`;
}

function listText(all: readonly string[], none: string): string {
  if (all.length === 0) return none;
  const more = all.length - SHOWN;
  return `${all.slice(0, SHOWN).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** Rights in groups: `DELETE of Account, EndUser; READ of Port`. */
function rightsText(permissions: Readonly<Record<string, string>>): string {
  const groups = new Map<string, string[]>();
  for (const [thing, right] of Object.entries(permissions))
    groups.set(right, [...(groups.get(right) ?? []), thing]);
  if (groups.size === 0) return 'not told';
  return [...groups].map(([right, things]) => `${right} of ${listText(things, 'nothing')}`).join('; ');
}

function carrierText({
  name,
  type,
  ports,
  isOwn,
}: {
  name: string;
  type: string | null;
  ports: boolean;
  isOwn: boolean;
}): string {
  const facts = [type, ports ? 'ports' : 'does not port', isOwn ? 'own' : null].filter(
    (each) => each !== null,
  );
  return `${name} (${facts.join(', ')})`;
}

function yesNo(value: boolean | null, yes: string, no: string): string {
  return value === null ? 'not told' : value ? yes : no;
}

function cooldownText(days: number | null): string {
  return days === null ? 'cooldown not told' : `cool down for ${counted(days, 'day')}`;
}

function inventoryText({
  count,
  isCut,
  rateCenters,
}: {
  count: number;
  isCut: boolean;
  rateCenters: readonly { name: string; state: string; count: number }[];
}): string {
  const centers = rateCenters.map(({ name, state, count: each }) =>
    `${name} ${state} ${each}`.replace('  ', ' '),
  );
  const all = `${count.toLocaleString('en-US')}${isCut ? ' and perhaps more (the platform lists no more)' : ''}`;
  return centers.length === 0 ? all : `${all}: ${listText(centers, '')}`;
}
