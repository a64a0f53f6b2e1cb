import { StopError } from '../errors.js';
import type { Command } from './command.js';

export const sandboxCommand: Command = {
  name: 'sandbox',
  words: '',
  summary: 'starts the simulated platform as a server of its own',
  options: [],
  own: {
    port: { type: 'text', value: 'N', help: 'the port; any free one by default' },
    latency: { type: 'text', value: 'MS', help: 'how long each request takes' },
    state: { type: 'text', value: 'FILE', help: 'keeps the state in a file' },
    'fault-rate': { type: 'text', value: 'P', help: 'probability, 0 to 1, that a request meets a fault' },
    faults: { type: 'text', value: 'FILE', help: 'JSON: which faults strike which operations' },
    'token-calls': { type: 'text', value: 'N', help: 'a token dies after that many calls' },
    seed: { type: 'text', value: 'N', help: 'the same seed gives the same faults and IDs' },
  },
  async run(args, io) {
    const { SANDBOX_PASSWORD, SANDBOX_USERNAME, startSandbox } = await import('../sandbox/server.js');
    const { readFaultFile } = await import('../sandbox/fault-file.js');
    const { flags } = args;
    const number = (name: string, most = Number.MAX_SAFE_INTEGER) => optionalNumber(flags, name, most);
    const optional = {
      port: number('port', 65_535),
      latencyMs: number('latency'),
      stateFile: flags['state'] as string | undefined,
      faultRate: number('fault-rate', 1),
      faults: flags['faults'] === undefined ? undefined : readFaultFile(String(flags['faults'])),
      tokenCalls: number('token-calls'),
      seed: number('seed'),
    };
    const given = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined));
    const sandbox = await startSandbox(given);
    io.out(`${sandbox.url}\n`);
    io.err(
      `The simulated platform listens there. Log in as ${SANDBOX_USERNAME} with the password ${SANDBOX_PASSWORD}, or use\n` +
        `  alianza-import run <sheet> --environment sandbox --base-url ${sandbox.url}\nCtrl-C ends it.\n`,
    );
    await new Promise<void>((resolve) => io.onInterrupt(resolve));
    await sandbox.close();
    return 'done';
  },
};

function optionalNumber(
  flags: Readonly<Record<string, unknown>>,
  name: string,
  most: number,
): number | undefined {
  const text = flags[name];
  if (text === undefined) return undefined;
  const number = Number(text);
  if (text !== '' && number >= 0 && number <= most) return number;
  throw new StopError(
    'OPTION_INVALID',
    `--${name} is "${String(text)}", but must be a number from 0 to ${most}.`,
    'Correct it.',
  );
}
