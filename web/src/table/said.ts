// A condition as people say it: the title of the field, and what its value has to be.
import { fieldPieces } from '../card/field_text.ts';
import { speech } from '../i18n/language.svelte.ts';
import type { Column } from './columns.ts';
import type { Condition } from './condition.ts';

export function said({ operator, value }: Condition, { title, field }: Column): string {
  const shown = valueText(value, field);
  switch (operator) {
    case 'has':
      return speech.say('filter_said_has', { title, value });
    case 'min':
    case 'since':
      return speech.say('filter_said_min', { title, value: shown });
    case 'max':
    case 'until':
      return speech.say('filter_said_max', { title, value: shown });
    case 'below':
      return speech.say('filter_said_below', { title, value: shown });
    case 'none':
      return speech.say('filter_said_is', { title, value: speech.say('unknown') });
    default:
      return speech.say('filter_said_is', { title, value: shown });
  }
}

/** A value of the field as a cell shows it. */
export function valueText(value: string, field: Column['field']): string {
  const typed = field.type === 'integer' || field.type === 'number' ? Number(value) : field.type === 'boolean' ? value === 'true' : value;
  return fieldPieces(field, typed, speech.language, { yes: speech.say('yes'), no: speech.say('no') })
    .map(({ text }) => text)
    .join(', ');
}
