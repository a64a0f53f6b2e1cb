/** Failures in a row after which the page asks by itself. */
const FAILURES = 2;
const ASK_MS = 5000;
/** How long the first word of a stream may take. One that something on its way holds back says nothing at all. */
const FIRST_MS = 5000;
/** How long a stream may be silent afterwards: every 15 seconds there is a word. */
const SILENT_MS = 40_000;
/** After how long a stream that was refused or silent is tried again. */
const AGAIN_MS = 30_000;

/**
 * Hears what is told of a topic as long as somebody sees the page: a browser opens six streams at most to one server, which
 * gives a session four. A page without a stream asks every five seconds, and says so.
 * @param hear takes the text of each snapshot
 * @returns ends it, before the page is shown anew
 */
export function watchTopic(topic: string, hear: (text: string) => void): () => void {
  const query = `topic=${encodeURIComponent(topic)}`;
  let source: EventSource | null = null;
  let failures = 0;
  let silence: ReturnType<typeof setTimeout> | undefined;
  let again: ReturnType<typeof setTimeout> | undefined;
  let asking: ReturnType<typeof setInterval> | undefined;
  let isWaiting = false;

  const close = () => {
    clearTimeout(silence);
    source?.close();
    source = null;
  };
  const stopAsking = () => {
    clearInterval(asking);
    asking = undefined;
    say('');
  };
  const rest = () => {
    close();
    stopAsking();
    clearTimeout(again);
  };
  const end = () => {
    document.removeEventListener('visibilitychange', look);
    rest();
  };

  const ask = async () => {
    if (isWaiting) return;
    isWaiting = true;
    const answer = await fetch(`/state?${query}`).catch(() => null);
    const text = await answer?.text().catch(() => null);
    isWaiting = false;
    // a stream that speaks again knows more than an answer that was under way
    if (asking === undefined) return;
    say(
      answer === null
        ? 'The server is not reached; the page goes on trying.'
        : 'Changes do not come by themselves; the page asks every five seconds.',
    );
    if (answer?.status === 401) {
      end();
      say('Nobody is logged in any more; load the page again to log in.');
    } else if (answer?.status === 404) {
      end();
      hear('{"gone":true}');
    } else if (answer?.ok && text != null) hear(text);
  };
  const askInstead = () => {
    if (asking !== undefined) return;
    asking = setInterval(ask, ASK_MS);
    void ask();
  };
  const giveUp = () => {
    close();
    askInstead();
    clearTimeout(again);
    again = setTimeout(open, AGAIN_MS);
  };
  const expectWord = (withinMs: number) => {
    clearTimeout(silence);
    silence = setTimeout(giveUp, withinMs);
  };

  const open = () => {
    close();
    const stream = new EventSource(`/events?${query}`);
    source = stream;
    expectWord(FIRST_MS);
    stream.addEventListener('snapshot', (event) => {
      failures = 0;
      stopAsking();
      expectWord(SILENT_MS);
      hear(event.data);
    });
    stream.addEventListener('ping', () => expectWord(SILENT_MS));
    stream.addEventListener('error', () => {
      // a stream that was refused is not tried again by the browser
      if (stream.readyState === EventSource.CLOSED) giveUp();
      else if (++failures >= FAILURES) askInstead();
    });
  };
  function look(): void {
    if (document.hidden) rest();
    else if (!source) {
      failures = 0;
      open();
    }
  }
  document.addEventListener('visibilitychange', look);
  look();
  return end;
}

function say(text: string): void {
  const place = document.querySelector<HTMLElement>('[data-slot="connection"]');
  if (!place) return;
  if (place.textContent !== text) place.textContent = text;
  place.hidden = text === '';
}
