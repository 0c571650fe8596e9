// The choice as a filter in CQL2, for questions whose answers must hold only what it takes in.
import type { Choice } from './tree.ts';

export function choiceInCql({ whole, partial }: NonNullable<Choice>): string {
  const quoted = (word: string) => `'${word.replaceAll("'", "''")}'`;
  const among = (name: string, words: readonly string[]) => `${name} IN (${words.map(quoted).join(',')})`;
  const wholes = whole.length > 0 ? [among('collection', whole)] : [];
  const parts = partial.map(({ collection, kinds }) => `(collection = ${quoted(collection)} AND ${among('kind', kinds)})`);
  return [...wholes, ...parts].join(' OR ');
}
