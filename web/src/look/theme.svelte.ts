// The page's light or dark appearance: the system's, until the visitor chooses.
import { remember, remembered } from '../address/memory.ts';
import type { StyleName } from '../server/wire.ts';

class Theme {
  name: StyleName = $state('light');

  begin(): void {
    const system = matchMedia('(prefers-color-scheme: dark)');
    const chosen = remembered('theme');
    this.#show(chosen === 'light' || chosen === 'dark' ? chosen : system.matches ? 'dark' : 'light');
    system.addEventListener('change', () => {
      if (remembered('theme') === null) this.#show(system.matches ? 'dark' : 'light');
    });
  }

  choose(name: StyleName): void {
    remember('theme', name);
    this.#show(name);
  }

  #show(name: StyleName): void {
    this.name = name;
    document.documentElement.dataset.theme = name;
  }
}

export const theme = new Theme();
