import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type CliProcess, startCli } from '../fixtures/cli.js';
import { rawRequest } from './raw-request.js';

/** A server of the pages, a process of its own, on a folder of its own. */
export interface Serving {
  readonly directory: string;
  /** `http://127.0.0.1:8412` */
  readonly origin: string;
  /** the token that it printed */
  readonly token: string;
  readonly process: CliProcess;
  /** Logs in with a token. @returns the cookie to send */
  logIn(token?: string): Promise<string>;
  stop(): Promise<void>;
}

/** Starts `serve` on a new folder, or on one that is there. */
export async function startServing(folder?: string, ...options: string[]): Promise<Serving> {
  return startServingWith({}, folder, ...options);
}

/** The same, with environment variables of the server. */
export async function startServingWith(
  env: Readonly<Record<string, string>>,
  folder?: string,
  ...options: string[]
): Promise<Serving> {
  const directory = folder ?? (await mkdtemp(join(tmpdir(), 'serve-')));
  const process = startCli(['serve', directory, ...options], { cwd: directory, env });
  let printed = '';
  const address = await new Promise<string>((resolve, reject) => {
    process.child.stdout?.on('data', (piece: Buffer) => {
      printed += piece.toString();
      if (printed.includes('\n')) resolve(printed.trim());
    });
    void process.ended.then(({ stderr }) => reject(new Error(`it ended: ${stderr}`)));
  });
  const [origin = '', token = ''] = address.split('/#');
  return {
    ...{ directory, origin, token, process },
    async logIn(used = token) {
      const { status, headers } = await rawRequest(origin, '/session', {
        method: 'POST',
        headers: { Origin: origin, 'Content-Type': 'application/json' },
        body: JSON.stringify({ token: used }),
      });
      if (status !== 200) throw new Error(`the log-in was refused: ${status}`);
      return headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    },
    async stop() {
      process.kill();
      await process.ended;
      if (folder === undefined) await rm(directory, { recursive: true, force: true });
    },
  };
}

/** The port of a server whose printed address is that of its proxy. */
export async function portOf(serving: Serving): Promise<string> {
  for (let tries = 0; tries < 100; tries++) {
    const port = /listens at port (\d+) of/.exec(serving.process.stderr())?.[1];
    if (port !== undefined) return port;
    await wait(50);
  }
  throw new Error('it does not say where it listens');
}
