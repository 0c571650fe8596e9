// What the browser remembers between visits; a browser that forbids it forgets, and nothing else happens.

type Remembered = 'language' | 'theme' | 'searches';

export function remembered(name: Remembered): string | null {
  try {
    return localStorage.getItem(`mapa.${name}`);
  } catch {
    return null;
  }
}

export function remember(name: Remembered, value: string): void {
  try {
    localStorage.setItem(`mapa.${name}`, value);
  } catch {
    // Private windows and strict settings refuse storage; the choice then lasts as long as the page.
  }
}
