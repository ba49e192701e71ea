import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IFacet, IFacetValue } from '../../client/types';
import { ClassSwatch } from '../../components/ClassSwatch';
import { formatCount } from '../../components/format';
import { FIRST_VALUES, MAX_VALUES, type IFacetDepth } from './facetStore';
import type { Value } from '../tree';
import { valueLabel } from './valueLabel';
import { Button } from '../../components/Button';

interface IProps {
  readonly facet: IFacet;
  readonly selected: readonly Value[];
  readonly depth: IFacetDepth;
  readonly trans: TranslationBundle;
  /** Stands beside the row of missing values. */
  readonly present: React.ReactNode;
  readonly onToggle: (value: Value) => void;
  readonly onDepth: (depth: IFacetDepth) => void;
}

/** Values as `data-value` and keys name them; null and '' stay apart. */
function valueKey(value: Value): string {
  return value === null ? '' : String(value);
}

function hint(
  field: string,
  bar: IFacetValue,
  on: boolean,
  trans: TranslationBundle
): string {
  const samples = trans._n(
    'Click shows %2 sample',
    'Click shows %2 samples',
    bar.samples,
    formatCount(bar.samples)
  );
  const lines = [
    valueLabel(field, bar.value, trans),
    on ? trans.__('Click to take it out of the filter') : samples
  ];
  if (bar.annotations !== null) {
    lines.push(
      trans._n(
        '%2 annotation',
        '%2 annotations',
        bar.annotations,
        formatCount(bar.annotations)
      )
    );
  }
  return lines.join('\n');
}

/** Distinct values of a field as bars; a click shows as many samples as the bar says. */
export function FacetBars(props: IProps): JSX.Element {
  const { facet, selected, depth, trans, onToggle, onDepth } = props;
  const { field, label, values, distinct } = facet;
  const longest = Math.max(1, ...values.map(bar => bar.samples));
  const searchable = distinct > FIRST_VALUES || depth.search !== '';
  const hidden = Math.max(0, distinct - values.length);

  return (
    <>
      {searchable && (
        <input
          type="search"
          className="vl-input vl-facet-search"
          value={depth.search}
          placeholder={trans.__('Search %1 values', formatCount(distinct))}
          aria-label={trans.__('Search in %1', label)}
          onChange={event =>
            onDepth({ ...depth, search: event.currentTarget.value })
          }
        />
      )}
      <ul
        className={`vl-facet-values${values.length > FIRST_VALUES ? ' vl-mod-long' : ''}`}
        aria-label={label}
      >
        {values.map(bar => {
          const on = selected.includes(bar.value);
          return (
            <li
              key={`${typeof bar.value}:${valueKey(bar.value)}`}
              className={bar.value === null ? 'vl-missing' : undefined}
            >
              <button
                type="button"
                className={`vl-facet-value${on ? ' vl-mod-selected' : ''}`}
                data-value={valueKey(bar.value)}
                aria-pressed={on}
                title={hint(field, bar, on, trans)}
                onClick={() => onToggle(bar.value)}
              >
                {field === 'class' ? (
                  <ClassSwatch name={bar.value as string | null} />
                ) : (
                  <span className="vl-facet-dot" aria-hidden="true" />
                )}
                <span className="vl-facet-name">
                  {valueLabel(field, bar.value, trans)}
                </span>
                <span className="vl-facet-track" aria-hidden="true">
                  <span
                    className="vl-facet-bar"
                    style={{ width: `${(100 * bar.samples) / longest}%` }}
                  />
                </span>
                <span className="vl-facet-count">
                  {formatCount(bar.samples)}
                </span>
              </button>
              {bar.value === null && props.present}
            </li>
          );
        })}
      </ul>
      {values.length === 0 && (
        <p className="vl-quiet">{trans.__('No value fits.')}</p>
      )}
      {hidden > 0 && depth.limit < MAX_VALUES && (
        <Button
          kind="link"
          title={trans.__('List more values; the search above finds any')}
          onClick={() => onDepth({ ...depth, limit: MAX_VALUES })}
        >
          {trans.__('Show more (%1)', formatCount(hidden))}
        </Button>
      )}
      {hidden > 0 && depth.limit >= MAX_VALUES && (
        <p className="vl-quiet">
          {trans.__('%1 more: search to find them.', formatCount(hidden))}
        </p>
      )}
      {depth.limit > FIRST_VALUES && (
        <Button
          kind="link"
          onClick={() => onDepth({ ...depth, limit: FIRST_VALUES })}
        >
          {trans.__('Show fewer')}
        </Button>
      )}
    </>
  );
}
