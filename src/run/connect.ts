import { createHash } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { resolve } from 'node:path';
import { Client } from '../api/client.js';
import { HttpLog, type RowPlace } from '../api/http-log.js';
import { Limiter } from '../api/limiter.js';
import type { LogIn } from '../api/session.js';
import { createTransport } from '../api/transport.js';
import { StopError } from '../errors.js';
import type { Journal } from '../journal/journal.js';
import { acquireMachineLock, type Lock } from '../journal/lock.js';
import type { Settings } from '../options.js';
import type { ImportRecord } from '../records/record.js';
import type { RunDirectory } from './directory.js';
import type { RunLog } from './log.js';
import { runState } from './state.js';

/** A platform to send to, with the log-in for it. */
export interface Platform {
  readonly environment: 'sandbox' | 'beta' | 'production' | 'custom';
  readonly baseUrl: string;
  /** it runs inside this process and ends with it */
  readonly inProcess: boolean;
  readonly username: string;
  readonly password: string;
  close(): Promise<void>;
}

/** A connection that is logged in and alone on the partitions of its run. */
export interface Connection {
  readonly client: Client;
  readonly limiter: Limiter;
  readonly httpLog: HttpLog | null;
  readonly baseUrl: string;
  /** the partition of rows that name none */
  readonly partitionId: string;
  /** how long the platform may still be at work on a request whose answer was lost, milliseconds */
  readonly settleMs: number;
  close(): Promise<void>;
}

/**
 * Logs in and takes the lock on each partition that the run works on, so that two runs never create the same things
 * side by side.
 *
 * @param run whose rows are loaded
 * @throws StopError when the log-in is refused, or another run of this machine holds one of the partitions
 */
export async function connect(
  platform: Platform,
  settings: Settings,
  run: Pick<RunDirectory, 'directory' | 'files' | 'journal'>,
  log: RunLog,
): Promise<Connection> {
  const limiter = new Limiter(settings.concurrency, settings.rate ?? null);
  const transport = createTransport(platform.baseUrl, settings.concurrency, settings.timeout);
  const httpLog = settings['http-log'] ? new HttpLog(run.files.httpLog, placeOfRow(run.journal)) : null;
  const client = new Client({
    baseUrl: platform.baseUrl,
    username: platform.username,
    password: platform.password,
    retries: settings.retries,
    transport,
    limiter,
    httpLog,
    log: (event, details) => log.info(event, details),
  });
  const state = runState(run.journal);
  // An earlier process of the run may have waited longer for a request that the platform is still at work on.
  const maxTimeoutMs = Math.max(settings.timeout, state.get('maxTimeoutMs') ?? 0);
  // The platform gives up on a request about when the client does; the rest is for its last writes.
  const settleMs = maxTimeoutMs + 2000;
  const locks: Lock[] = [];
  const close = async () => {
    await transport.close();
    await httpLog?.close();
    for (const lock of locks) lock.release();
  };
  try {
    await state.set('maxTimeoutMs', maxTimeoutMs);
    const logIn = await client.logIn();
    const partitionId = partitionOf(settings, logIn);
    if (!platform.inProcess) {
      const named = (state.get('partitions') ?? [null]).map((partition) => partition ?? partitionId);
      const place = await placeOf(platform.baseUrl);
      // In the same order everywhere, so that of two runs at least one gets all of its own.
      for (const each of [...new Set(named)].sort())
        locks.push(
          await acquireMachineLock(
            createHash('sha256').update(`${place}\n${each}`).digest('hex'),
            `partition ${each} of ${platform.baseUrl}`,
            `run directory ${resolve(run.directory)}`,
          ),
        );
    }
    return { client, limiter, httpLog, baseUrl: platform.baseUrl, partitionId, settleMs, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * The partition of rows that name none.
 * @throws StopError `PARTITION_UNKNOWN` when it is none of the log-in's
 */
export function partitionOf({ partition }: Pick<Settings, 'partition'>, logIn: LogIn): string {
  const partitionId = partition ?? logIn.partitionId;
  if (
    partitionId !== logIn.partitionId &&
    logIn.subPartitionIds.length > 0 &&
    !logIn.subPartitionIds.includes(partitionId)
  )
    throw new StopError(
      'PARTITION_UNKNOWN',
      `The log-in has no partition ${partitionId}; it has ${[logIn.partitionId, ...logIn.subPartitionIds].join(', ')}.`,
      'Correct --partition or ALIANZA_PARTITION_ID, or log in as a user of that partition.',
    );
  return partitionId;
}

/** Where rows are, for the log of requests: with file and worksheet where there are several. */
function placeOfRow(journal: Journal<ImportRecord>): (ordinal: number) => RowPlace | null {
  const sources = new Map(journal.sources().map(({ id, file, sheet }) => [id, { file, sheet }]));
  return (ordinal) => {
    const place = journal.placeOfRow(ordinal);
    if (!place) return null;
    return { row: place.row, ...(sources.size > 1 ? sources.get(place.source) : {}) };
  };
}

/**
 * What a platform is called however its address is written: a host, with the port where that is not a usual one. All
 * names of this machine are one, and so are those that differ in capitals or a dot at the end.
 */
export async function placeOf(baseUrl: string): Promise<string> {
  const { hostname, port, protocol } = new URL(baseUrl);
  const name = hostname
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.+$/, '');
  const host = (await isThisMachine(name)) ? 'localhost' : name;
  const isUsual = ['', '80', '443'].includes(port);
  return isUsual && host !== 'localhost' ? host : `${host}:${port || (protocol === 'https:' ? '443' : '80')}`;
}

async function isThisMachine(name: string): Promise<boolean> {
  if (name === 'localhost' || name.endsWith('.localhost')) return true;
  const own = new BlockList();
  own.addSubnet('127.0.0.0', 8);
  own.addAddress('0.0.0.0');
  own.addAddress('::1', 'ipv6');
  own.addAddress('::', 'ipv6');
  for (const { address, family } of Object.values(networkInterfaces()).flatMap((each) => each ?? []))
    own.addAddress(address, family === 'IPv6' ? 'ipv6' : 'ipv4');
  // A name that cannot be looked up stays what it is: who cannot be reached is told elsewhere.
  const addresses = isIP(name) ? [{ address: name }] : await lookup(name, { all: true }).catch(() => []);
  return addresses.some(({ address }) => own.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4'));
}
