import { Fault } from './damage.js';
import { type CellSchema, cell, words } from './values.js';

/** The names of business lines in their order, separated by semicolons; each with what stands behind its colon. */
export const huntMembers: CellSchema<readonly string[]> = cell((typed, inWorkbook) => {
  const members: string[] = [];
  let warning: Fault | null = null;
  for (const part of typed.split(';')) {
    const text = part.trim();
    if (text === '') continue;
    const read = words.read(text, inWorkbook);
    const name = read instanceof Fault ? read.repaired : read;
    if (read instanceof Fault) {
      if (typeof name !== 'string') return read;
      warning ??= read;
    }
    members.push(name as string);
  }
  if (members.length === 0)
    return new Fault('REQUIRED', `"${typed}" names no line`, 'Name lines as in Front desk; Back office.');
  return warning === null ? members : new Fault(warning.code, warning.message, warning.hint, members);
});

/** A line that a hunt group rings. */
export interface HuntMember {
  readonly line: string;
  /** how long it rings, of SEQUENTIAL alone; undefined where neither the member nor the group says so */
  readonly seconds: number | undefined;
}

const WITH_SECONDS = /^(.*\S)\s*:\s*(\d{1,4})$/s;

/**
 * The members of a hunt group as its cells mean them: only of SEQUENTIAL is what stands behind a colon a time; of the
 * others it belongs to the name.
 * @param seconds `huntRingTimeoutSeconds`
 */
export function huntMembersOf(
  strategy: string | undefined,
  members: readonly string[] = [],
  seconds?: number,
): HuntMember[] {
  return members.map((text) => {
    const [, line = text, own] = (strategy === 'SEQUENTIAL' && WITH_SECONDS.exec(text)) || [];
    return { line, seconds: own === undefined ? seconds : Number(own) };
  });
}
