/** What the SQL box says of the tables, and queries to begin with. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IFieldInfo } from '../../client/types';
import columns from './columns.json';

export interface ITable {
  readonly name: 'samples' | 'annotations';
  readonly columns: readonly string[];
}

/** Words of SQL among the columns, which need quotes. */
const RESERVED = new Set(['group']);

/** Both tables with the built-in columns and the user's. */
export function tables(fields: readonly IFieldInfo[]): ITable[] {
  const user = (level: IFieldInfo['level']): string[] =>
    fields
      .filter(field => !field.builtin && field.level === level)
      .map(({ name }) => name.replace(/^(sample|annotation)\./, ''));
  return [
    { name: 'samples', columns: [...columns.samples, ...user('samples')] },
    {
      name: 'annotations',
      columns: [...columns.annotations, ...user('annotations')]
    }
  ];
}

/** A column's name as SQL reads it. */
export function identifier(name: string): string {
  return /^[a-z_][a-z0-9_]*$/i.test(name) && !RESERVED.has(name.toLowerCase())
    ? name
    : `"${name.replace(/"/g, '""')}"`;
}

export interface IExample {
  readonly label: string;
  readonly sql: string;
}

export function examples(trans: TranslationBundle): IExample[] {
  return [
    {
      label: trans.__('Images with the most annotations'),
      sql: 'SELECT sample_id\nFROM annotations\nGROUP BY sample_id\nORDER BY count(*) DESC\nLIMIT 100'
    },
    {
      label: trans.__('Smallest boxes'),
      sql: 'SELECT annotation_id\nFROM annotations\nWHERE w * h > 0\nORDER BY w * h\nLIMIT 100'
    },
    {
      label: trans.__('Darkest ten of each split'),
      sql: 'SELECT sample_id\nFROM samples\nQUALIFY row_number() OVER (\n  PARTITION BY split ORDER BY brightness\n) <= 10'
    },
    {
      label: trans.__('Images with two classes together'),
      sql: 'SELECT sample_id\nFROM annotations\nGROUP BY sample_id\nHAVING count(DISTINCT class) >= 2'
    }
  ];
}
