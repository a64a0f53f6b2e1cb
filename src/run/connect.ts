import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '../api/client.js';
import { HttpLog } from '../api/http-log.js';
import { Limiter } from '../api/limiter.js';
import { createTransport } from '../api/transport.js';
import { StopError } from '../errors.js';
import { acquireLock, type Lock } from '../journal/lock.js';
import type { Settings } from '../options.js';
import type { RunLog } from './log.js';

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

/** A connection that is logged in and alone on its partition. */
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
 * Logs in and takes the lock on the partition, so that two runs never create the same things side by side.
 *
 * @param httpLog path of `http.jsonl`
 * @throws StopError when the log-in is refused, or another run of this machine holds the partition
 */
export async function connect(
  platform: Platform,
  settings: Settings,
  httpLogFile: string,
  log: RunLog,
): Promise<Connection> {
  const limiter = new Limiter(settings.concurrency, settings.rate ?? null);
  const transport = createTransport(platform.baseUrl, settings.concurrency, settings.timeout);
  const httpLog = settings['http-log'] ? new HttpLog(httpLogFile) : null;
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
  // The platform gives up on a request about when the client does; the rest is for its last writes.
  const settleMs = settings.timeout + 2000;
  let lock: Lock | null = null;
  const close = async () => {
    await transport.close();
    await httpLog?.close();
    lock?.release();
  };
  try {
    const logIn = await client.logIn();
    const partitionId = settings.partition ?? logIn.partitionId;
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
    if (!platform.inProcess)
      lock = acquireLock(
        partitionLockFile(platform.baseUrl, partitionId),
        `partition ${partitionId} of ${platform.baseUrl}`,
      );
    return { client, limiter, httpLog, baseUrl: platform.baseUrl, partitionId, settleMs, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** One file for each partition of each host, the same for every run on this machine. */
function partitionLockFile(baseUrl: string, partitionId: string): string {
  const name = createHash('sha256')
    .update(`${new URL(baseUrl).origin}\n${partitionId}`)
    .digest('hex')
    .slice(0, 24);
  return join(tmpdir(), 'alianza-import-locks', name);
}
