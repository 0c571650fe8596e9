// The columns of a table: the properties of a collection as its schema tells them, in one language.
import { unitText } from '../card/field_text.ts';
import type { Language } from '../i18n/words.ts';
import type { Field, Schema, SchemaProperty } from '../server/wire.ts';

export interface Column {
  name: string;
  /** as people read it, with the unit */
  title: string;
  /** the same without the unit, which stands above the column already */
  field: Field;
}

/** The column that every row has: a name by which it is found again. */
export const ID = 'id';
/** The coordinates of places, which nobody asks for first. */
export const PLACE = 'geometry';

export function columnsOf(schema: Schema, language: Language, placeTitle: string): Column[] {
  return Object.entries(schema.properties)
    .filter(([, property]) => property.const === undefined)
    .sort(([, a], [, b]) => a['x-ogc-propertySeq'] - b['x-ogc-propertySeq'])
    .flatMap(([name, property]): Column[] => {
      if (name !== PLACE) return [column(name, property, language)];
      if (property.format?.startsWith('geometry-point') !== true) return [];
      return [{ name, title: placeTitle, field: { name, type: 'text', title: { uk: placeTitle, en: placeTitle } } }];
    })
    // The id first, the place last; between them as the schema has it.
    .sort((a, b) => rank(a) - rank(b));
}

function rank({ name }: Column): number {
  if (name === ID) return 0;
  return name === PLACE ? 2 : 1;
}

function column(name: string, property: SchemaProperty, language: Language): Column {
  const words = (text: string) => ({ uk: text, en: text });
  const title = property.title ?? name;
  const unit = property['x-ogc-unit'];
  const titles = property['x-ogc-codelistTitles'] ?? {};
  const format = FORMATS.find((known) => known === property.format);
  const field: Field = {
    name,
    type: property.format === 'date' ? 'date' : property.type === undefined || property.type === 'string' || property.type === 'array' ? 'text' : property.type,
    title: words(title),
    ...(format ? { format } : {}),
    ...(property.enum ? { values: property.enum.map((id) => ({ id, title: words(titles[id] ?? id) })) } : {}),
    ...(property['x-mapa-chart'] ? { chart: property['x-mapa-chart'] } : name === 'kind' ? { chart: 'bars' as const } : {}),
    ...(property['x-mapa-addsUp'] ? { addsUp: true } : {}),
  };
  return { name, title: unit === undefined ? title : `${title}, ${unitText(unit, language)}`, field };
}

const FORMATS = ['phone', 'email', 'uri', 'opening-hours'] as const;
