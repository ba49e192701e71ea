import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { useStore } from 'zustand';
import type { IFacet } from '../../client/types';
import type { IWorkspaceModel } from '../../workspace/types';
import { constantText } from '../condition/constant';
import { FacetBars } from './FacetBars';
import type { FacetStore } from './facetStore';
import { Histogram } from './Histogram';
import { MissingRow, PresentButton } from './MissingRow';
import {
  isPresent,
  rangeOf,
  setRange,
  togglePresent,
  toggleValue,
  valuesOf
} from '../tree';

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
