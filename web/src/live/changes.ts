// An ear for the server's changes: what each new revision touched, through broken lines and restarts.

/** What a revision touched; null is everything, and an empty list nothing. */
export interface Change {
  revision: number;
  collections: string[] | null;
  /** tileset → `z/x/y` */
  tiles: Record<string, string[] | null> | null;
}

/** A browser takes a refused answer for the end; then we ask again, each time after a longer while. */
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 60_000;

export class Ear {
  #source: EventSource | null = null;
  #pause_ms = FIRST_PAUSE_MS;
  #again: ReturnType<typeof setTimeout> | undefined;
  /** what the page shows; a standing revision that is another one means that changes were missed */
  #revision: number | null = null;

  constructor(
    private readonly hear: (change: Change) => void,
    private readonly url = '/changes',
  ) {}

  /** Listens from the revision that the page shows. */
  listen(revision: number): void {
    this.#revision = revision;
    if (this.#source === null) this.#open();
  }

  stop(): void {
    clearTimeout(this.#again);
    this.#source?.close();
    this.#source = null;
  }

  #open(): void {
    const source = new EventSource(this.url);
    this.#source = source;
    source.addEventListener('revision', (event: MessageEvent<string>) => {
      this.#pause_ms = FIRST_PAUSE_MS;
      this.#told(JSON.parse(event.data) as Change);
    });
    source.addEventListener('error', () => {
      // While it is connecting the browser tries by itself.
      if (source.readyState !== EventSource.CLOSED || this.#source !== source) return;
      this.#again = setTimeout(() => this.#open(), this.#pause_ms);
      this.#pause_ms = Math.min(2 * this.#pause_ms, LONGEST_PAUSE_MS);
    });
  }

  #told(change: Change): void {
    const last = this.#revision;
    this.#revision = change.revision;
    const touchesNothing = change.collections?.length === 0;
    if (!touchesNothing) this.hear(change);
    else if (last !== change.revision) this.hear({ revision: change.revision, collections: null, tiles: null });
  }
}
