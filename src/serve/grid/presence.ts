/** Who has which sheet open: whoever has a live stream of it. */
export class Presence {
  readonly #open = new Map<string, Map<symbol, string>>();

  /** Somebody looks at a sheet until the signal is aborted. */
  enter(sheet: string, user: string, left: AbortSignal): void {
    if (left.aborted) return;
    const here = this.#open.get(sheet) ?? new Map<symbol, string>();
    this.#open.set(sheet, here);
    const who = Symbol(user);
    here.set(who, user);
    left.addEventListener('abort', () => {
      here.delete(who);
      if (here.size === 0 && this.#open.get(sheet) === here) this.#open.delete(sheet);
    });
  }

  /** The others who have it open, each once. */
  others(sheet: string, user: string): string[] {
    const users = new Set(this.#open.get(sheet)?.values());
    users.delete(user);
    return [...users].sort();
  }
}
