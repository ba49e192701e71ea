import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { useStore } from 'zustand';
import type { IFacet } from '../client/types';
import type { IWorkspaceModel } from '../workspace/types';
import { FacetBars } from './FacetBars';
import type { FacetStore } from './facetStore';
import { Histogram } from './Histogram';
import { label } from './scale';
import { rangeOf, setRange, toggleValue, valuesOf } from './tree';

interface IProps {
  readonly model: IWorkspaceModel;
  readonly facet: IFacet;
  readonly store: FacetStore;
  readonly folded: boolean;
  readonly onFold: (field: string) => void;
  readonly trans: TranslationBundle;
}

/** One field: its name, which folds it, and its bars or histogram. */
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
  const hasRange = range.low !== null || range.high !== null;
  const body = React.useId();

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
              selected={valuesOf(filter, field)}
              depth={store.depth(field)}
              trans={trans}
              onToggle={value =>
                model.setFilter(toggleValue(filter, field, value))
              }
              onDepth={depth => store.setDepth(field, depth)}
            />
          ) : facet.low === facet.high && !hasRange ? (
            <p className="vl-quiet">
              {facet.low === null
                ? trans.__('No value.')
                : trans.__('%1 throughout', label(facet.low, kind))}
            </p>
          ) : (
            <Histogram
              facet={facet}
              kind={kind}
              range={range}
              trans={trans}
              onRange={range => model.setFilter(setRange(filter, field, range))}
            />
          ))}
      </div>
    </section>
  );
}
