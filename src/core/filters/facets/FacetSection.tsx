import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { useStore } from 'zustand';
import type { IFacet, IFacetValue } from '../../client/types';
import type { IWorkspaceModel } from '../../workspace/types';
import { constantText } from '../condition/constant';
import {
  type FacetStore,
  FIRST_VALUES,
  MAX_VALUES,
  type IFacetDepth
} from './facetStore';
import { Histogram } from './Histogram';
import { MissingRow, PresentButton } from './MissingRow';
import {
  isPresent,
  rangeOf,
  setRange,
  togglePresent,
  toggleValue,
  valuesOf,
  type Value
} from '../tree';
import { ClassSwatch } from '../../components/ClassSwatch';
import { formatCount } from '../../components/format';
import { valueLabel } from './valueLabel';
import { Button } from '../../components/Button';

interface IProps {
  readonly model: IWorkspaceModel;
  readonly facet: IFacet;
  readonly store: FacetStore;
  readonly folded: boolean;
  readonly onFold: (field: string) => void;
  readonly trans: TranslationBundle;
}

/** One field: its name, which folds it, and its bars or histogram; one line where it is constant. */
export function FacetSection(props: IProps): JSX.Element {
  const { model, facet, store, folded, onFold, trans } = props;
  const { field } = facet;
  const filter = useStore(model.store, state => state.view.filter);
  const type = useStore(
    model.store,
    state => state.detail?.fields.find(info => info.name === field)?.type
  );
  const kind = type === 'timestamp' ? 'time' : 'number';
  const range = rangeOf(filter, field);
  const body = React.useId();
  const values = valuesOf(filter, field);
  const depth = store.depth(field);
  const present = isPresent(filter, field);
  const onPresent = (): void => model.setFilter(togglePresent(filter, field));
  const isFiltered =
    present || values.length > 0 || range.low !== null || range.high !== null;
  const constant = isFiltered ? null : constantText(facet, depth, kind, trans);

  if (constant !== null) {
    return (
      <p
        className="vl-facet vl-facet-constant vl-quiet"
        data-field={field}
        title={trans.__('%1: the same everywhere', facet.label)}
      >
        <span>{facet.label}</span> <span>{constant}</span>
      </p>
    );
  }
  return (
    <section
      className="vl-facet"
      data-field={field}
      data-testid={`facet-${field}`}
    >
      <h3>
        <button
          type="button"
          className="vl-facet-head"
          aria-expanded={!folded}
          aria-controls={body}
          onClick={() => onFold(field)}
        >
          <span className="vl-facet-caret" aria-hidden="true" />
          {facet.label}
        </button>
      </h3>
      <div id={body} hidden={folded}>
        {!folded &&
          (facet.type === 'values' ? (
            <FacetBars
              facet={facet}
              selected={values}
              depth={depth}
              trans={trans}
              present={
                <PresentButton
                  facet={facet}
                  present={present}
                  trans={trans}
                  onPresent={onPresent}
                />
              }
              onToggle={value =>
                model.setFilter(toggleValue(filter, field, value))
              }
              onDepth={depth => store.setDepth(field, depth)}
            />
          ) : (
            <Histogram
              facet={facet}
              kind={kind}
              range={range}
              trans={trans}
              onRange={range =>
                model.setFilter(
                  setRange(filter, field, range),
                  `range:${field}`
                )
              }
            >
              {(facet.missing > 0 || present || values.includes(null)) && (
                <MissingRow
                  facet={facet}
                  only={values.includes(null)}
                  present={present}
                  trans={trans}
                  onOnly={() =>
                    model.setFilter(toggleValue(filter, field, null))
                  }
                  onPresent={onPresent}
                />
              )}
            </Histogram>
          ))}
      </div>
    </section>
  );
}

interface IFacetBarsProps {
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
export function FacetBars(props: IFacetBarsProps): JSX.Element {
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
