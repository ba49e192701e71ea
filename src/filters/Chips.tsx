import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { useStore } from 'zustand';
import type { IWorkspaceModel } from '../workspace/types';
import { describeCondition } from './describe';
import { conditions, removeCondition } from './tree';

/** The active conditions, one chip each; ✕ takes one away. */
export function Chips(props: {
  model: IWorkspaceModel;
  trans: TranslationBundle;
}): JSX.Element | null {
  const { model, trans } = props;
  const filter = useStore(model.store, state => state.view.filter);
  const active = conditions(filter);
  if (active.length === 0) {
    return null;
  }
  return (
    <div className="vl-chips">
      <ul aria-label={trans.__('Active conditions')}>
        {active.map((condition, i) => {
          const text = describeCondition(condition);
          return (
            <li key={`${i}:${text}`} className="vl-chip" title={text}>
              <span className="vl-chip-text">{text}</span>
              <button
                type="button"
                aria-label={trans.__('Remove %1', text)}
                onClick={() =>
                  model.setFilter(removeCondition(filter, condition))
                }
              >
                ✕
              </button>
            </li>
          );
        })}
      </ul>
      <button
        type="button"
        className="vl-link vl-clear-filters"
        onClick={() => model.clearFilters()}
      >
        {trans.__('Clear all')}
      </button>
    </div>
  );
}
