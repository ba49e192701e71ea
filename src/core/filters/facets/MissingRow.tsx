import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IFacet } from '../../client/types';
import { formatCount } from '../../components/format';

/** Rows without a value: a click shows only them, or all but them. */
export function MissingRow(props: {
  facet: IFacet;
  only: boolean;
  present: boolean;
  trans: TranslationBundle;
  onOnly: () => void;
  onPresent: () => void;
}): JSX.Element {
  const { facet, only, present, trans } = props;
  const count = formatCount(facet.missing);
  const what =
    facet.level === 'samples'
      ? trans._n('%2 sample', '%2 samples', facet.missing, count)
      : trans._n('%2 annotation', '%2 annotations', facet.missing, count);
  return (
    <div className="vl-missing">
      <button
        type="button"
        className={`vl-facet-value${only ? ' vl-mod-selected' : ''}`}
        data-value=""
        aria-pressed={only}
        title={
          only
            ? trans.__('Click to take it out of the filter')
            : trans.__('Click shows what has no %1: %2', facet.label, what)
        }
        onClick={props.onOnly}
      >
        <span className="vl-facet-dot" aria-hidden="true" />
        <span className="vl-facet-name">{trans.__('(missing)')}</span>
        <span />
        <span className="vl-facet-count">{count}</span>
      </button>
      <PresentButton {...props} present={present} />
    </div>
  );
}

/** Keeps what has a value, whatever it is. */
export function PresentButton(props: {
  facet: IFacet;
  present: boolean;
  trans: TranslationBundle;
  onPresent: () => void;
}): JSX.Element {
  const { facet, present, trans } = props;
  const text = trans.__('%1 not missing', facet.label);
  return (
    <button
      type="button"
      className="vl-icon-button vl-present"
      aria-pressed={present}
      aria-label={text}
      title={
        present
          ? trans.__('Click to take it out of the filter')
          : trans.__('Click shows what has a value: %1', text)
      }
      onClick={props.onPresent}
    >
      ≠
    </button>
  );
}
