// The object whose card is open, as far as it has come from the server.
import type { ObjectKey } from '../address/page_address.ts';
import { speech } from '../i18n/language.svelte.ts';
import { loadCollection, loadObject, ServerFault, type FaultReason } from '../server/api.ts';
import type { CityObject, Collection } from '../server/wire.ts';
import { valueIn } from './field_text.ts';

export type CardState =
  | { step: 'loading'; key: ObjectKey }
  | { step: 'shown'; key: ObjectKey; object: CityObject; collection: Collection }
  | { step: 'failed'; key: ObjectKey; reason: FaultReason };

export class Card {
  state: CardState | null = $state.raw(null);

  /** its own name, when it has one */
  readonly name: string | null = $derived.by(() => {
    if (this.state?.step !== 'shown') return null;
    const name = valueIn(this.state.object.properties, 'name', speech.language);
    return typeof name === 'string' && name !== '' ? name : null;
  });

  /** what sort of object it is: its kind, or else its collection */
  readonly sort: string | null = $derived.by(() => {
    if (this.state?.step !== 'shown') return null;
    const { collection, object } = this.state;
    const kind = collection.kinds.find(({ id }) => id === object.properties.kind);
    return speech.title(kind?.title ?? collection.titles);
  });

  #load: AbortController | null = null;

  get key(): ObjectKey | null {
    return this.state?.key ?? null;
  }

  async open(key: ObjectKey): Promise<void> {
    this.#load?.abort();
    const load = new AbortController();
    this.#load = load;
    this.state = { step: 'loading', key };
    try {
      const [object, collection] = await Promise.all([
        loadObject(key.collection, key.id, load.signal),
        loadCollection(key.collection),
      ]);
      if (!load.signal.aborted) this.state = { step: 'shown', key, object, collection };
    } catch (error) {
      if (load.signal.aborted) return;
      this.state = { step: 'failed', key, reason: error instanceof ServerFault ? error.reason : 'away' };
    }
  }

  /** Asks again for what is open, which stays until the answer comes. */
  async renew(): Promise<void> {
    const shown = this.state;
    if (shown?.step !== 'shown') return;
    const { key } = shown;
    try {
      const [object, collection] = await Promise.all([loadObject(key.collection, key.id), loadCollection(key.collection)]);
      if (this.state === shown) this.state = { step: 'shown', key, object, collection };
    } catch (error) {
      const gone = error instanceof ServerFault && error.reason === 'absent';
      if (gone && this.state === shown) this.state = { step: 'failed', key, reason: 'absent' };
    }
  }

  close(): void {
    this.#load?.abort();
    this.state = null;
  }
}
