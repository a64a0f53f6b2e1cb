import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { StopError } from '../errors.js';
import { acquireLock } from '../journal/lock.js';
import { systemUser } from '../run/system-user.js';
import { followCertificate } from './certificate.js';
import { openDataFolder } from './data-folder.js';
import { siteOf } from './guard.js';
import { application, listen } from './http.js';
import { type JobSettings, Jobs } from './jobs/jobs.js';
import { Proof } from './proof.js';
import { baseOf, type ReachRequest, reachOf } from './reach.js';
import { ServeRecords } from './records.js';
import { type KeepDays, Retention } from './retention.js';
import { RowSearch } from './row-search.js';
import { Runs } from './runs.js';
import type { Served } from './served.js';
import { Sessions } from './sessions.js';
import { NamedProfiles } from './sheets/named-profiles.js';
import { Rechecks } from './sheets/rechecks.js';
import { Sheets } from './sheets/sheets.js';
import { addressIn, makeToken, TokenTaker } from './token.js';
import { Users } from './users.js';

/** How a server is to be reached. */
export interface ServeRequest extends ReachRequest {
  readonly folder: string;
  /** tried first; where it is taken, those after it */
  readonly port: number;
  /** the largest upload, megabytes */
  readonly maxUpload: number;
  /** what all sheets may take together, gigabytes */
  readonly maxStorage: number;
  readonly keep: KeepDays;
  readonly jobs: JobSettings;
  /** environment variables: jobs have them, but for a log-in, which they are told */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A server that listens. */
export interface Server {
  /** the address of the first log-in, with its one-time token */
  readonly address: string;
  /** the port it listens at */
  readonly port: number;
  close(): Promise<void>;
}

const MEGABYTE = 1_000_000;
/** How long no byte of an upload may come, milliseconds. */
const UPLOAD_IDLE_MS = 30_000;
/** Ports that are tried one after another. */
const PORTS = 20;

/**
 * Starts the pages of a data folder.
 * @throws StopError as {@link reachOf}; `FOLDER_UNUSABLE`, `FOLDER_NEWER`, `USERS_UNREADABLE`, `LOCKED` when another server
 * works on the folder, `PORT_TAKEN`
 */
export async function startServer(request: ServeRequest): Promise<Server> {
  // What is young dies young here: room for it that grows with the windows of a grid would stay taken (about 20 MB).
  setFlagsFromString('--semi-space-growth-factor=1');
  const { folder: path, host, port } = request;
  const folder = openDataFolder(path);
  const users = new Users(folder.users);
  const reach = reachOf(request, users.list().length > 0);
  const lock = acquireLock(folder.lock, `folder ${folder.directory}`);
  try {
    const records = new ServeRecords(folder.database);
    const runs = new Runs(folder.runs);
    const rowSearch = new RowSearch(folder.runs);
    const log = (line: Readonly<Record<string, unknown>>) =>
      appendFileSync(
        join(folder.directory, 'serve.log'),
        `${JSON.stringify({ at: new Date().toISOString(), ...line })}\n`,
        { mode: 0o600 },
      );
    const limits = {
      upload: request.maxUpload * MEGABYTE,
      storage: request.maxStorage * 1000 * MEGABYTE,
      idleMs: UPLOAD_IDLE_MS,
    };
    const sheets = new Sheets(folder.sheets, limits, log);
    const sessions = new Sessions(records, users);
    const places = {
      folder,
      sheet: (id: string) => sheets.find(id),
      run: (id: string) => runs.directoryOf(id),
    };
    const jobs = new Jobs(places, request.jobs, request.env);
    const retention = new Retention({ records, runs, sheets, jobs }, request.keep);
    const tokens = new TokenTaker(folder.token);
    const proof = new Proof(users, tokens);
    const rechecks = new Rechecks(sheets, jobs, log);
    for (let tried = port; tried < port + PORTS; tried++) {
      const served: Served = {
        ...{ folder, records, runs, sheets, jobs, users, sessions, log },
        profiles: new NamedProfiles(folder.profiles),
        rowSearch,
        ...{ tokens, proof, retention, user: systemUser() },
        ...{ site: siteOf(tried, reach), cookie: `alianza-import-${tried}`, behindProxy: reach.behindProxy },
      };
      const { app, close } = application(served);
      const server = await listen(app, host, tried, reach.tls).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'EADDRINUSE') return null;
        throw new StopError(
          'PORT_TAKEN',
          `Port ${tried} of ${host} cannot be used: ${error.message}`,
          'Name another with --port.',
          { cause: error },
        );
      });
      if (server === null) continue;
      const address = await makeToken(folder.token, baseOf(reach, host, tried));
      const endCertificate =
        'setSecureContext' in server ? followCertificate(request, server, log) : undefined;
      jobs.begin();
      rechecks.begin();
      retention.begin();
      return {
        address,
        port: tried,
        async close() {
          endCertificate?.();
          rechecks.close();
          retention.close();
          await jobs.close();
          close();
          const closed = new Promise((resolve) => server.close(resolve));
          if ('closeAllConnections' in server) server.closeAllConnections();
          await closed;
          records.close();
          lock.release();
        },
      };
    }
    throw new StopError(
      'PORT_TAKEN',
      `The ports ${port} to ${port + PORTS - 1} of ${host} are all taken.`,
      'Name another with --port.',
    );
  } catch (error) {
    lock.release();
    throw error;
  }
}

/**
 * Another one-time address of the server that works on a folder.
 * @throws StopError `NO_SERVER`
 */
export async function newAddress(path: string): Promise<string> {
  const folder = openDataFolder(path);
  const address = addressIn(folder.token);
  if (address === null)
    throw new StopError(
      'NO_SERVER',
      `No server works on ${folder.directory}.`,
      'Start one: alianza-import serve DIR',
    );
  return makeToken(folder.token, address);
}
