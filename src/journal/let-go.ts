import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

type Collect = (options?: { readonly type: 'minor' }) => void;

let collect: Collect | undefined;

/**
 * Lets go of the files of journals that are closed. The driver holds on to a database until its statements have been
 * collected, so that whoever opens one after another runs out of files (after 40, with 128 allowed) and leaves `-shm`
 * files behind.
 *
 * @param all those that were closed some time ago, too; else the latest, in a fifth of the time
 */
export async function letGoOfClosed(all: boolean): Promise<void> {
  if (!collect) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as Collect;
  }
  collect(all ? undefined : { type: 'minor' });
  // what was collected is closed in a turn of its own
  await new Promise(setImmediate);
}
