import { defineConfig } from 'vitest/config';

/** Of `npm run soak -- [--migration | --pages] --minutes N --seed S`: vitest leaves what follows `--` to us, and it goes to the soak from here. */
const own = process.argv.includes('--') ? process.argv.slice(process.argv.indexOf('--') + 1) : [];

export default defineConfig({
  test: {
    include: [`test/soak/${['migration', 'pages'].find((name) => own.includes(`--${name}`)) ?? 'soak'}.ts`],
    testTimeout: 0,
    disableConsoleIntercept: true,
    env: { SOAK_ARGUMENTS: JSON.stringify(own) },
  },
});
