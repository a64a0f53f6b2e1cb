import { parentPort, workerData } from 'node:worker_threads';
import { StopError } from '../errors.js';
import { type ColumnName, columnOf } from '../records/columns.js';
import { describeHeaders } from '../records/headers.js';
import { headerNamesOf, type InputReading } from '../records/reading.js';
import { BATCHES_PER_REPLY, buffersOf, type PackedRows, Packer } from '../sheet/pack.js';
import { openTables } from '../sheet/read.js';
import type { Notice, Table } from '../sheet/table.js';
import { readOptions } from './read-options.js';

/** What the thread is to read. */
export interface ReaderTask {
  readonly file: string;
  readonly reading: InputReading;
}

/** What the thread tells, in the order of the file. Every {@link BATCHES_PER_REPLY} `rows` are answered by a message of any content. */
export type ReaderMessage =
  | { readonly type: 'notice'; readonly notice: Notice }
  | { readonly type: 'table'; readonly table: Omit<Table, 'rows'> }
  | { readonly type: 'rows'; readonly rows: PackedRows }
  | { readonly type: 'tableEnd' }
  | { readonly type: 'end' }
  | { readonly type: 'stop'; readonly code: string; readonly message: string; readonly hint: string };

/** Batches that may be under way: enough that neither thread waits, few enough to need little memory. */
const MAX_AHEAD = 2 * BATCHES_PER_REPLY;

if (!parentPort) throw new Error('This file is the code of a thread.');
const port = parentPort;
let ahead = 0;
let goOn = () => {};
port.on('message', () => {
  ahead -= BATCHES_PER_REPLY;
  goOn();
});

function tell(message: ReaderMessage, moved: ArrayBuffer[] = []): void {
  port.postMessage(message, moved);
}

async function tellRows(rows: PackedRows): Promise<void> {
  while (ahead >= MAX_AHEAD)
    await new Promise<void>((resolve) => {
      goOn = resolve;
    });
  ahead += 1;
  tell({ type: 'rows', rows }, buffersOf(rows));
}

/** What tells a cell whose text is its value. */
function plainTest(column: ColumnName | null): ((text: string) => boolean) | undefined {
  if (column === null) return undefined;
  const { schema } = columnOf(column);
  return (text) => schema.read(text) === text;
}

async function read({ file, reading }: ReaderTask): Promise<void> {
  const onNotice = (notice: Notice) => tell({ type: 'notice', notice });
  const tables = openTables([file], readOptions(file, reading, onNotice));
  for await (const { rows, ...table } of tables) {
    tell({ type: 'table', table });
    const headers = describeHeaders(table, headerNamesOf(reading, table));
    const packer = new Packer(headers.map(({ column }) => plainTest(column)));
    for await (const batch of rows)
      for (const row of batch) {
        // what waits shows that the other thread has more to do than this one
        packer.add(row, ahead >= BATCHES_PER_REPLY);
        if (packer.isFull) await tellRows(packer.take());
      }
    if (!packer.isEmpty) await tellRows(packer.take());
    tell({ type: 'tableEnd' });
  }
}

try {
  await read(workerData as ReaderTask);
  tell({ type: 'end' });
} catch (error) {
  if (!(error instanceof StopError)) throw error;
  const { code, message, hint } = error;
  tell({ type: 'stop', code, message, hint });
} finally {
  port.close();
}
