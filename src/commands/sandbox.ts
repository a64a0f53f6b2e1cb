import { ownSettings } from '../options.js';
import { readFaultFile } from '../sandbox/fault-file.js';
import { SANDBOX_PASSWORD, SANDBOX_USERNAME, startSandbox } from '../sandbox/server.js';
import type { Run } from './command.js';

export const run: Run = async ({ flags }, io) => {
  const own = ownSettings('sandbox', flags);
  const optional = {
    port: own.port,
    latencyMs: own.latency,
    stateFile: own.state,
    faultRate: own['fault-rate'],
    faults: own.faults === undefined ? undefined : readFaultFile(own.faults),
    activationSeconds: own['activation-seconds'],
    tokenCalls: own['token-calls'],
    seed: own.seed,
  };
  const given = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined));
  const sandbox = await startSandbox(given);
  await io.out(`${sandbox.url}\n`);
  io.err(
    `The simulated platform listens there. Log in as ${SANDBOX_USERNAME} with the password ${SANDBOX_PASSWORD}, or use\n` +
      `  alianza-import run <sheet> --environment sandbox --base-url ${sandbox.url}\nCtrl-C ends it.\n`,
  );
  if (!io.signal.aborted)
    await new Promise((resolve) => io.signal.addEventListener('abort', resolve, { once: true }));
  await sandbox.close();
  return 'done';
};
