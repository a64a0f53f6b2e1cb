import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Papa from 'papaparse';
import {
  SANDBOX_PASSWORD,
  SANDBOX_USERNAME,
  type Sandbox,
  type SandboxOptions,
  startSandbox,
} from '../../src/sandbox/server.js';
import { type CliProcess, startCli } from '../fixtures/cli.js';
import { differences, plain, type ResultRow } from '../fixtures/oracle.js';
import { csvOf, mixedRows, type SheetRow } from '../fixtures/rows.js';
import type { OnTestFinished } from '../fixtures/with-sandbox.js';
import { type Asking, askingOf } from './asking.js';
import { type Serving, startServingWith } from './serving.js';

/** A job as the state of a run or a sheet tells it. */
export interface ToldJob {
  readonly id: number;
  readonly kind: string;
  readonly state: string;
  readonly pid: number | null;
  readonly heldBy: string | null;
  readonly progress: Readonly<Record<string, unknown>> | null;
  readonly read: number | null;
  readonly endedAt: string | null;
  readonly exit: number | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** A server of the pages with a platform of its own. */
export interface JobPlace {
  readonly sandbox: Sandbox;
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
  serving: Serving;
  asking: Asking;
  /** Starts the server anew on the same folder. */
  again(...options: string[]): Promise<void>;
  cli(...args: string[]): CliProcess;
}

export interface JobPlaceOptions {
  readonly sandbox?: SandboxOptions;
  readonly hasLogIn?: boolean;
  readonly environments?: string;
}

/** Starts both; they are gone after the test. */
export async function jobPlaceOf(
  onTestFinished: OnTestFinished,
  { sandbox: options = {}, hasLogIn = true, environments = 'sandbox,custom' }: JobPlaceOptions = {},
): Promise<JobPlace> {
  const sandbox = await startSandbox({ logBodies: false, ...options });
  const directory = await mkdtemp(join(tmpdir(), 'serve-'));
  const logIn = { ALIANZA_USERNAME: SANDBOX_USERNAME, ALIANZA_PASSWORD: SANDBOX_PASSWORD };
  const env = { ALIANZA_BASE_URL: sandbox.url, TMPDIR: directory, ...(hasLogIn ? logIn : {}) };
  const start = async (...more: string[]) => {
    const serving = await startServingWith(env, directory, '--environments', environments, ...more);
    return { serving, asking: await askingOf(serving) };
  };
  const place: JobPlace = {
    ...{ sandbox, directory, env, ...(await start()) },
    async again(...more) {
      await place.serving.stop();
      Object.assign(place, await start(...more));
    },
    cli: (...args) => startCli(args, { cwd: directory, env }),
  };
  onTestFinished(async () => {
    await place.serving.stop();
    await sandbox.close();
    // its jobs hear that it is gone, and finish what is in flight
    await rm(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  });
  return place;
}

/** A sheet that has come in. */
export interface Uploaded {
  readonly id: string;
  readonly revision: string;
  readonly rows: readonly SheetRow[];
}

/** Uploads a sheet of all products. */
export async function uploaded({ asking }: JobPlace, count = 24): Promise<Uploaded> {
  const rows = mixedRows(count);
  const { json } = await asking.post('/sheets', { name: 'sheet.csv', text: csvOf(rows) });
  const id = String(json['id']);
  const { json: state } = await asking.get(`/sheets/${id}/state`);
  return { id, revision: String(state['revision']), rows };
}

/** Starts a sheet. @returns the ID of the run */
export async function started(
  { asking }: JobPlace,
  { id, revision }: Uploaded,
  settings: object = {},
): Promise<string> {
  const body = { sheet: id, revision, settings: { environment: 'sandbox', ...settings } };
  const { status, json } = await asking.post('/runs', body);
  if (status !== 202) throw new Error(`it was refused: ${JSON.stringify(json)}`);
  return String(json['path']).split('/').at(-1) ?? '';
}

/** The latest job of a run once it is as wanted. */
export async function jobOf(
  { asking }: JobPlace,
  path: string,
  is: (job: ToldJob) => boolean,
  ms?: number,
): Promise<ToldJob> {
  let found: ToldJob | undefined;
  await asking.until(
    `${path}/state`,
    ({ jobs }) => {
      [found] = jobs as ToldJob[];
      return found !== undefined && is(found);
    },
    ms,
  );
  if (!found) throw new Error('there is no job');
  return found;
}

/** The latest job of a run, once it has ended. */
export function endOf(place: JobPlace, run: string, ms?: number): Promise<ToldJob> {
  return jobOf(place, `/runs/${run}`, ({ endedAt }) => endedAt !== null, ms);
}

/** What of the platform is not as a sheet says, as the results of its run have it. */
export function wrongIn({ sandbox, directory }: JobPlace, { rows }: Uploaded, run: string): string[] {
  const read = (name: string): ResultRow[] => {
    const text = readFileSync(join(directory, 'runs', run, name), 'utf8');
    // an apostrophe before what a spreadsheet would run as a formula is no part of the text
    const transform = (cell: string) => cell.replace(/^'(?=[=+\-@])/, '');
    const plainText = text.replace(/^\uFEFF/, '');
    return Papa.parse<ResultRow>(plainText, { header: true, skipEmptyLines: true, transform }).data;
  };
  const credentials = new Map(
    read('credentials.csv').map(({ trunkName = '', sipUsername = '', sipPassword = '' }) => [
      trunkName,
      { sipUsername, sipPassword },
    ]),
  );
  return differences(plain(sandbox.state), rows, read('results.csv'), credentials);
}
