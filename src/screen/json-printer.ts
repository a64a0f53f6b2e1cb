/**
 * Prints the one JSON object of `--json`: a member at a time, so that a long list need not be in memory, and whole
 * whatever happens in between.
 */
export class JsonPrinter {
  readonly #out: (text: string) => Promise<void>;
  /** what is known of the command, for an end that comes early */
  readonly #known = new Map<string, unknown>();
  readonly #printed = new Set<string>();
  /** what stands before the next member */
  #lead = '{';
  #itemLead = '';
  #inList = false;
  #ended = false;

  /** @param out resolves when its reader has room for more */
  constructor(out: (text: string) => Promise<void>) {
    this.#out = out;
  }

  #wanted = false;

  /** Whether the object is asked for. */
  get wanted(): boolean {
    return this.#wanted;
  }

  /** Says that the object is asked for: whatever happens, it will be printed. */
  want(): void {
    this.#wanted = true;
  }

  /** Remembers what an object that must end early should still say. */
  know(facts: Readonly<Record<string, unknown>>): void {
    for (const [name, value] of Object.entries(facts)) this.#known.set(name, value);
  }

  /** Forgets what is known no more. */
  forget(name: string): void {
    this.#known.delete(name);
  }

  /** Begins a list, whose items come next; the next member ends it. */
  async list(name: string): Promise<void> {
    const text = this.#member(name, '[');
    this.#inList = true;
    this.#itemLead = '';
    await this.#out(text);
  }

  /** Adds an item to the list that was begun last. */
  item(value: unknown): Promise<void> {
    const text = this.#itemLead + JSON.stringify(value);
    this.#itemLead = ',';
    return this.#out(text);
  }

  /** Adds members; undefined ones, and those that are there already, are left out. */
  async members(facts: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#out(this.#members(facts));
  }

  /**
   * Ends the object with its last members; what is known and not printed yet comes after them. Does nothing when it has
   * ended already.
   */
  async end(facts: Readonly<Record<string, unknown>>): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    const { exitCode, ...rest } = facts;
    const text =
      this.#members(rest) + this.#members(Object.fromEntries(this.#known)) + this.#members({ exitCode });
    await this.#out(`${text}${this.#inList ? ']' : ''}${this.#lead === '{' ? '{' : ''}}\n`);
  }

  #members(facts: Readonly<Record<string, unknown>>): string {
    return Object.entries(facts)
      .filter(([name, value]) => value !== undefined && !this.#printed.has(name))
      .map(([name, value]) => this.#member(name, JSON.stringify(value)))
      .join('');
  }

  #member(name: string, value: string): string {
    const text = `${this.#inList ? ']' : ''}${this.#lead}${JSON.stringify(name)}:${value}`;
    this.#inList = false;
    this.#lead = ',';
    this.#printed.add(name);
    return text;
  }
}
