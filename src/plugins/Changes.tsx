import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { formatCount, formatNumber } from '../core/components/format';
import type { IOperatorResult } from './client';

/** What a preview would give the first samples. */
export function Changes(props: {
  result: IOperatorResult;
  trans: TranslationBundle;
}): JSX.Element {
  const { result, trans } = props;
  const changes = result.changes ?? [];
  const fields = [
    ...new Set(changes.flatMap(({ values }) => Object.keys(values)))
  ];
  const tagged = changes.some(({ tags }) => tags.length > 0);
  return (
    <div className="vl-operator-preview" role="status">
      {result.message && <p>{result.message}</p>}
      {fields.length === 0 && !tagged ? (
        <p className="vl-quiet">
          {trans.__('Of the first %1 none would change.', changes.length)}
        </p>
      ) : (
        <table className="vl-table">
          <caption>{trans.__('What the first would get')}</caption>
          <thead>
            <tr>
              <th scope="col">{trans.__('Sample')}</th>
              {tagged && <th scope="col">{trans.__('Tags')}</th>}
              {fields.map(field => (
                <th key={field} scope="col">
                  {field}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {changes.map(({ sample_id, name, tags, values }) => (
              <tr key={sample_id}>
                <th scope="row" title={name}>
                  {name}
                </th>
                {tagged && <td>{tags.join(', ') || '–'}</td>}
                {fields.map(field => (
                  <td key={field}>{valueText(values[field])}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {result.files > 0 && (
        <p className="vl-quiet">
          {trans._n(
            'It wrote %2 file, which was not kept.',
            'It wrote %2 files, which were not kept.',
            result.files,
            formatCount(result.files)
          )}
        </p>
      )}
    </div>
  );
}

function valueText(value: unknown): string {
  if (value === undefined || value === null) {
    return '–';
  }
  return typeof value === 'number' ? formatNumber(value) : String(value);
}
