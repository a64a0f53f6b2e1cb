import { parseArgs } from 'node:util';
import { it } from 'vitest';
import { migrationThenUndo, undoAmidMigration } from '../fixtures/migration-night.js';
import { otherAnswers } from '../fixtures/other-answers.js';

/** 300 numbers: port orders, staged and held ones, and numbers that move away from who has them. */
const WHOLE = { orders: 40, ported: 220, staged: 40, held: 20, moving: 20 };

/** Every other one is on a platform that answers otherwise. */
const answersOf = (seed: number) => (seed % 2 === 0 ? null : otherAnswers);

/** Moments of the undo in turn: after the migration, before anything has come, in the middle. */
const PLAYS = [
  { name: 'whole, then undone', play: (seed: number) => migrationThenUndo(seed, WHOLE, answersOf(seed)) },
  { name: 'undone at once', play: (seed: number) => undoAmidMigration(0, seed, WHOLE, answersOf(seed)) },
  {
    name: 'undone in the middle',
    play: (seed: number) => undoAmidMigration(3 + (seed % 4), seed, WHOLE, answersOf(seed)),
  },
] as const;

const { values } = parseArgs({
  args: JSON.parse(process.env['SOAK_ARGUMENTS'] ?? '[]') as string[],
  options: {
    migration: { type: 'boolean' },
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string' },
  },
});
const firstSeed = Number(values.seed ?? Date.now() % 1_000_000);

it(`migrations from seed ${firstSeed}`, async () => {
  const end = Date.now() + Number(values.minutes) * 60_000;
  let seed = firstSeed;
  do {
    const { name, play } = PLAYS[seed % PLAYS.length] ?? PLAYS[0];
    const started = Date.now();
    console.log(`seed ${seed}: a migration of 300 numbers, ${name}`);
    const told = await play(seed++);
    console.log(`  ok: ${told}, ${((Date.now() - started) / 1000).toFixed(0)} s`);
  } while (Date.now() < end);
  console.log(`${seed - firstSeed} migrations, each as its sheet says`);
});
