// The kiosk begins: what an ordinary visit may have left in this browser goes, then the page for a whole finger comes.
import { mount } from 'svelte';
import { isLanguage } from '../i18n/words.ts';
import { forgetOffline } from '../offline/offline.svelte.ts';
import KioskPage from './KioskPage.svelte';
import './kiosk.css';
import { Stand, type Setting } from './stand.svelte.ts';

/** What the server says of `idle` when it is not given. */
const IDLE_S = 60;

export function begin(target: HTMLElement): void {
  document.documentElement.classList.add('kiosk');
  document.documentElement.dataset.theme = 'light';
  // The way out: a menu of the browser, a thing dragged into its address.
  for (const way of ['contextmenu', 'dragstart'] as const) addEventListener(way, (event) => event.preventDefault());
  void forgetOffline();
  const stand = new Stand(readSetting(location.search));
  stand.begin();
  mount(KioskPage, { target, props: { stand } });
}

/** The server has refused an address that lacks the place. */
function readSetting(search: string): Setting {
  const query = new URLSearchParams(search);
  const language = query.get('lang');
  return {
    place: { lon: Number(query.get('lon')), lat: Number(query.get('lat')) },
    language: isLanguage(language) ? language : 'uk',
    idle_ms: Number(query.get('idle') ?? IDLE_S) * 1000,
  };
}
