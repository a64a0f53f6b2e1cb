/** A moment as people read it where they are: `2026-11-27T02:15:04+01:00`. */
export function timeText(moment: Date): string {
  const minutes = -moment.getTimezoneOffset();
  const local = new Date(moment.getTime() + minutes * 60_000).toISOString().slice(0, 19);
  const two = (number: number) => String(Math.floor(Math.abs(number))).padStart(2, '0');
  return `${local}${minutes < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
}

/**
 * Puts the time before every line that has something in it.
 * @returns takes texts one after another, which may hold several lines or end amid one
 */
export function timedLines(now: () => Date = () => new Date()): (text: string) => string {
  let isAtStart = true;
  return (text) => {
    if (text === '') return '';
    const time = `${timeText(now())} `;
    const timed = text.replace(/(?<=^|\n)(?=[^\n])/g, (_, at: number) => (at > 0 || isAtStart ? time : ''));
    isAtStart = text.endsWith('\n');
    return timed;
  };
}
