import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IFieldInfo, ISampleDetail } from '../client/types';
import { formatBytes, formatNumber, formatTime } from '../components/format';

interface IProps {
  readonly sample: ISampleDetail;
  readonly fields: readonly IFieldInfo[];
  readonly trans: TranslationBundle;
}

/** A value of a field as text. */
export function fieldText(
  name: string,
  type: IFieldInfo['type'] | undefined,
  value: unknown
): string {
  if (typeof value === 'number') {
    if (name === 'bytes') {
      return formatBytes(value);
    }
    return name.endsWith('_id') ? String(value) : formatNumber(value);
  }
  if (typeof value === 'string') {
    return type === 'timestamp' ? formatTime(value) : value;
  }
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** A label for a column that is no field. */
function spelled(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1).replace(/_/g, ' ');
}

/** Every field that has a value, and where the image lies. */
export function Metadata({ sample, fields, trans }: IProps): JSX.Element {
  const known = new Map(fields.map(field => [field.name, field]));
  const { split, width, height } = sample;
  const rows = Object.entries({
    split,
    width,
    height,
    ...sample.fields
  }).filter(([, value]) => value !== null && value !== undefined);
  return (
    <table className="vl-table vl-metadata">
      <tbody>
        {rows.map(([name, value]) => {
          const field = known.get(name);
          const text = fieldText(name, field?.type, value);
          return (
            <tr key={name}>
              <th scope="row" title={name}>
                {field?.label ?? spelled(name)}
              </th>
              <td title={text}>{text}</td>
            </tr>
          );
        })}
        <tr>
          <th scope="row">{trans.__('Address')}</th>
          <td title={sample.uri}>{sample.uri}</td>
        </tr>
      </tbody>
    </table>
  );
}
