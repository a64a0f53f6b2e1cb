import { defineConfig } from 'vitest/config';

/** Of `npm run soak -- [--migration] --minutes N --seed S`: vitest leaves what follows `--` to us, and it goes to the soak from here. */
const own = process.argv.includes('--') ? process.argv.slice(process.argv.indexOf('--') + 1) : [];

export default defineConfig({
  test: {
    include: [own.includes('--migration') ? 'test/soak/migration.ts' : 'test/soak/soak.ts'],
    testTimeout: 0,
    disableConsoleIntercept: true,
    env: { SOAK_ARGUMENTS: JSON.stringify(own) },
  },
});
