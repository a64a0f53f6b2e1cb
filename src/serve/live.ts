/** How often what is watched is looked at, milliseconds. */
const LOOK_MS = 1000;
const PING_MS = 15_000;
const STREAMS_A_SESSION = 4;
const STREAMS = 200;

/** What a topic says now. */
export type Snapshot = () => Promise<unknown>;

/**
 * Streams of server-sent events: the whole of a topic at once, then anew whenever it is another. A stream only looks; no
 * job knows of it.
 */
export class LiveStreams {
  readonly #open = new Map<string, number>();
  readonly #ends = new Set<() => void>();

  /**
   * A stream for a session; null when it, or all together, have as many as they may.
   * @param snapshot asked as long as the stream is open
   * @param closed aborted when the browser has gone
   * @param holds whether the session still does; the stream ends with it
   */
  open(
    session: string,
    snapshot: Snapshot,
    closed: AbortSignal,
    holds: () => boolean,
  ): ReadableStream<Uint8Array> | null {
    const own = this.#open.get(session) ?? 0;
    if (own >= STREAMS_A_SESSION || this.#ends.size >= STREAMS) return null;
    this.#open.set(session, own + 1);
    const encoder = new TextEncoder();
    let timer: NodeJS.Timeout | undefined;
    let pings: NodeJS.Timeout | undefined;
    let end = () => {};
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        let isOpen = true;
        let said = '';
        let id = 0;
        end = () => {
          if (!isOpen) return;
          isOpen = false;
          clearTimeout(timer);
          clearInterval(pings);
          this.#ends.delete(end);
          const left = (this.#open.get(session) ?? 1) - 1;
          if (left > 0) this.#open.set(session, left);
          else this.#open.delete(session);
          try {
            controller.close();
          } catch {
            // the browser had closed it
          }
        };
        this.#ends.add(end);
        closed.addEventListener('abort', end, { once: true });
        if (closed.aborted) return end();
        const send = (text: string) => {
          if (isOpen) controller.enqueue(encoder.encode(text));
        };
        const look = async () => {
          if (!holds()) return end();
          const text = JSON.stringify(await snapshot().catch(() => ({ gone: true })));
          if (text !== said) send(`id: ${++id}\nevent: snapshot\ndata: ${text}\n\n`);
          said = text;
          if (isOpen) timer = setTimeout(look, LOOK_MS);
        };
        send('retry: 2000\n\n');
        // a word that scripts hear, too: a stream that something holds back is told by its silence
        pings = setInterval(() => send('event: ping\ndata: .\n\n'), PING_MS);
        void look();
      },
      cancel: () => end(),
    });
  }

  /** Ends all streams, so that the server can close. */
  close(): void {
    for (const end of [...this.#ends]) end();
  }
}
