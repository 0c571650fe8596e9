// The rows of the keys on the screen, in the order of the keyboards that people know.
import type { Language } from '../i18n/words.ts';

const DIGITS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '0', '-'];

/** ДСТУ 3470-96 for Ukrainian, with the letter ґ in its last row; QWERTY for Latin letters. */
export const KEYS: Record<Language, readonly (readonly string[])[]> = {
  uk: [DIGITS, [...'йцукенгшщзхї'], [...'фівапролджє'], [...'ґячсмитьбю’']],
  en: [DIGITS, [...'qwertyuiop'], [...'asdfghjkl'], [...'zxcvbnm']],
};
