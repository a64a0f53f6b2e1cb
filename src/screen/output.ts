/** A stream of the process that texts are printed to. */
export interface Output {
  /** Prints; resolves when there is room for more. A reader that has gone away takes everything. */
  write(text: string): Promise<void>;
  /** Resolves when everything printed has been taken. */
  taken(): Promise<void>;
}

/**
 * Prints to standard output or error. Whoever reads it may stop reading at any time (`2>&1 | head`): from then on texts
 * go nowhere, and nothing waits for them.
 */
export function openOutput(stream: NodeJS.WriteStream): Output {
  let gone = false;
  let goOn = () => {};
  let room: Promise<void> | null = null;
  const leave = () => {
    gone = true;
    goOn();
  };
  stream.on('error', leave);
  stream.on('close', leave);
  stream.on('drain', () => goOn());
  const waiting = () =>
    new Promise<void>((resolve) => {
      goOn = () => {
        room = null;
        resolve();
      };
    });
  return {
    async write(text) {
      if (gone || text === '' || stream.write(text) || gone) return;
      room ??= waiting();
      await room;
    },
    async taken() {
      if (gone) return;
      await new Promise<void>((resolve) => {
        stream.once('error', () => resolve());
        stream.once('close', () => resolve());
        stream.write('', () => resolve());
      });
    },
  };
}
