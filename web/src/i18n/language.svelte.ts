// The language the page speaks now.
import { remember, remembered } from '../address/memory.ts';
import { en } from './en.ts';
import { uk, type PluralKey, type SentenceKey } from './uk.ts';
import { distanceText, fill, formatNumber, isLanguage, pluralize, titleIn, type Language } from './words.ts';
import type { DoorWords } from '../card/doors.ts';
import type { Title } from '../server/wire.ts';

const dictionaries = { uk, en };

class Speech {
  language: Language = $state('uk');

  /** Ukrainian unless the address or the visitor's earlier choice says otherwise. */
  begin(addressed: Language | null): void {
    const earlier = remembered('language');
    this.language = addressed ?? (isLanguage(earlier) ? earlier : 'uk');
  }

  choose(language: Language): void {
    this.language = language;
    remember('language', language);
  }

  say(key: SentenceKey, values: Record<string, string | number> = {}): string {
    return fill(dictionaries[this.language][key], values);
  }

  saySome(key: PluralKey, count: number): string {
    return pluralize(dictionaries[this.language][key], count, this.language);
  }

  doors(): DoorWords {
    const { open_now, open_until, closed_now, closed_until } = dictionaries[this.language];
    return { open_now, open_until, closed_now, closed_until };
  }

  title(title: Title): string {
    return titleIn(title, this.language);
  }

  number(value: number): string {
    return formatNumber(value, this.language);
  }

  distance(distance_m: number): string {
    return distanceText(distance_m, this.language);
  }
}

export const speech = new Speech();
