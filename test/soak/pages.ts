import { parseArgs } from 'node:util';
import { expect, it } from 'vitest';
import { playKills } from '../serve/kill-rounds.js';

const { values } = parseArgs({
  args: JSON.parse(process.env['SOAK_ARGUMENTS'] ?? '[]') as string[],
  options: {
    pages: { type: 'boolean' },
    rounds: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
  },
});

it(`kills of the pages from seed ${values.seed}`, async () => {
  const first = Number(values.seed);
  for (let seed = first; seed < first + Number(values.rounds); seed++) {
    const cleans: (() => Promise<void>)[] = [];
    const started = Date.now();
    try {
      expect([seed, await playKills(seed, (clean) => void cleans.push(clean))]).toEqual([seed, []]);
    } finally {
      for (const clean of cleans) await clean();
    }
    console.log(`seed ${seed}: ok, ${((Date.now() - started) / 1000).toFixed(0)} s`);
  }
});
