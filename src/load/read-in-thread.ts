import { on } from 'node:events';
import { stat } from 'node:fs/promises';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { StopError } from '../errors.js';
import type { InputReading } from '../records/reading.js';
import { BATCHES_PER_REPLY, Unpacker } from '../sheet/pack.js';
import type { Notice, Row, Table } from '../sheet/table.js';
import type { ReaderMessage, ReaderTask } from './reader-thread.js';

/** From this size on, in bytes, a second thread saves more time than it takes to start. */
const LARGE = 2 << 20;

/**
 * Room for the thread's short-lived objects, all but a few of which are rows: more only makes the process larger.
 * `npm run bench -- csv` without: 277 MB for 1,000,000 rows, not 255; for 40,000 rows 154 MB, not 131.
 */
const YOUNG_MEGABYTES = 12;

/** Whether the file is worth a thread of its own. Pipes and standard input can be read in this one only. */
export async function isLarge(file: string): Promise<boolean> {
  if (file === '-') return false;
  // a file that is not there is reported by whoever reads it
  const stats = await stat(file).catch(() => null);
  return stats?.isFile() === true && stats.size >= LARGE;
}

/**
 * What `openTables` of sheet/read.ts does for one file, done by a second thread, so that reading the file and checking
 * its rows overlap.
 * @throws StopError as `openTables`
 */
export async function* tablesFromThread(
  file: string,
  reading: InputReading,
  onNotice: (notice: Notice) => void,
): AsyncGenerator<Table> {
  const task: ReaderTask = { file, reading };
  // Rows live for a moment only. V8 sometimes takes the arrays of the first ones for long-lived and from then on makes
  // all of them so. `npm run bench -- csv` without: 291 MB for 1,000,000 rows, not 255; for 40,000 rows 152 MB, not 131.
  setFlagsFromString('--no-allocation-site-pretenuring');
  const worker = new Worker(new URL('./reader-thread.js', import.meta.url), {
    workerData: task,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MEGABYTES },
  });
  const messages = messagesOf(worker, onNotice);
  // counted over the whole file, as the thread counts what is under way
  let received = 0;
  const onBatch = () => {
    received += 1;
    if (received % BATCHES_PER_REPLY === 0) worker.postMessage('go on');
  };
  try {
    for await (const message of messages) {
      if (message.type !== 'table') continue;
      const rows = rowsOf(messages, message.table.header.length, onBatch);
      yield { ...message.table, rows };
      while (!(await rows.next()).done);
    }
  } finally {
    await worker.terminate();
  }
}

async function* messagesOf(
  worker: Worker,
  onNotice: (notice: Notice) => void,
): AsyncGenerator<ReaderMessage, undefined> {
  for await (const [message] of on(worker, 'message') as AsyncIterable<[ReaderMessage]>) {
    if (message.type === 'end') return;
    if (message.type === 'stop') throw new StopError(message.code, message.message, message.hint);
    if (message.type === 'notice') onNotice(message.notice);
    else yield message;
  }
}

async function* rowsOf(
  messages: AsyncGenerator<ReaderMessage, undefined>,
  width: number,
  onBatch: () => void,
): AsyncGenerator<readonly Row[]> {
  const unpacker = new Unpacker(width);
  for (;;) {
    const { value: message } = await messages.next();
    if (message?.type !== 'rows') return;
    onBatch();
    yield unpacker.unpack(message.rows);
  }
}
