// One condition on one field: as the page's address keeps it, and as CQL2 says it.

/**
 * `has`: the text holds this one, whatever the case; `in`: is this word; `is`: is this number, `true` or `false`;
 * `min`, `max`, `below`: a number from, up to, and below; `since`, `until`: a day from and up to; `none`: unknown.
 */
const OPERATORS = ['has', 'in', 'is', 'min', 'max', 'below', 'since', 'until', 'none'] as const;
export type Operator = (typeof OPERATORS)[number];

export interface Condition {
  field: string;
  operator: Operator;
  /** a number or a day as JSON and ISO 8601 write it; empty for `none` */
  value: string;
}

/** What may hold instead of each other on the same field; all other conditions must hold together. */
const ALTERNATIVES: readonly Operator[] = ['in', 'is', 'none'];

/** `field.operator:value`, as the address has it; null for what is none. */
export function readCondition(text: string): Condition | null {
  const [, field, word, value] = /^([a-z][a-z0-9_]*)\.([a-z]+)(?::(.*))?$/s.exec(text) ?? [];
  const operator = OPERATORS.find((known) => known === word);
  if (field === undefined || operator === undefined) return null;
  const condition = { field, operator, value: value ?? '' };
  return isSound(condition) ? condition : null;
}

export function writeCondition({ field, operator, value }: Condition): string {
  return operator === 'none' ? `${field}.none` : `${field}.${operator}:${value}`;
}

/** Whether the server would read the value as what the operator compares with. */
export function isSound({ operator, value }: Condition): boolean {
  switch (operator) {
    case 'none':
      return value === '';
    case 'is':
      return value === 'true' || value === 'false' || isNumber(value);
    case 'min':
    case 'max':
    case 'below':
      return isNumber(value);
    case 'since':
    case 'until':
      return /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value));
    default:
      return value !== '';
  }
}

/** All of them as one filter; null where there is none. */
export function conditionsInCql(conditions: readonly Condition[]): string | null {
  const together: string[] = [];
  const alternatives = new Map<string, string[]>();
  for (const condition of conditions) {
    const said = inCql(condition);
    if (!ALTERNATIVES.includes(condition.operator)) together.push(said);
    else alternatives.set(condition.field, [...(alternatives.get(condition.field) ?? []), said]);
  }
  for (const said of alternatives.values()) together.push(said.length === 1 ? said.join() : `(${said.join(' OR ')})`);
  return together.length > 0 ? together.join(' AND ') : null;
}

/** A filter that holds where both do. */
export function both(a: string | null, b: string | null): string | null {
  return a !== null && b !== null ? `(${a}) AND (${b})` : (a ?? b);
}

function inCql({ field, operator, value }: Condition): string {
  const text = (word: string) => `'${word.replaceAll("'", "''")}'`;
  switch (operator) {
    case 'has':
      return `CASEI(${field}) LIKE CASEI(${text(`%${value.replace(/[\\%_]/g, '\\$&')}%`)})`;
    case 'in':
      return `${field} = ${text(value)}`;
    case 'is':
      return `${field} = ${value.startsWith('t') || value.startsWith('f') ? value.toUpperCase() : value}`;
    case 'min':
      return `${field} >= ${value}`;
    case 'max':
      return `${field} <= ${value}`;
    case 'below':
      return `${field} < ${value}`;
    case 'since':
      return `${field} >= DATE(${text(value)})`;
    case 'until':
      return `${field} <= DATE(${text(value)})`;
    case 'none':
      return `${field} IS NULL`;
  }
}

function isNumber(value: string): boolean {
  return /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(value) && Number.isFinite(Number(value));
}
