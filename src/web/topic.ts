/** Failures in a row after which the page asks by itself. */
const FAILURES = 2;
const ASK_MS = 5000;

/**
 * Hears what is told of a topic as long as somebody sees the page: a browser opens six streams at most to one server.
 * @param hear takes the text of each snapshot
 * @param onLost told when the stream has failed and the page begins to ask by itself
 * @returns ends the stream, before the page is shown anew
 */
export function watchTopic(topic: string, hear: (text: string) => void, onLost = () => {}): () => void {
  const query = `topic=${encodeURIComponent(topic)}`;
  let source: EventSource | null = null;
  let failures = 0;
  let asking: ReturnType<typeof setInterval> | undefined;

  const end = () => {
    source?.close();
    source = null;
  };
  const ask = async () => {
    const answer = await fetch(`/state?${query}`).catch(() => null);
    if (answer?.ok) hear(await answer.text());
  };
  const look = () => {
    if (document.hidden) return end();
    if (source) return;
    source = new EventSource(`/events?${query}`);
    source.addEventListener('snapshot', (event) => {
      failures = 0;
      clearInterval(asking);
      asking = undefined;
      hear(event.data);
    });
    source.addEventListener('error', () => {
      if (++failures < FAILURES || asking !== undefined) return;
      onLost();
      asking = setInterval(ask, ASK_MS);
    });
  };
  document.addEventListener('visibilitychange', look);
  look();
  return end;
}
