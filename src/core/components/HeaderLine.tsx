import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { useStore } from 'zustand';
import type { IWorkspaceModel } from '../workspace/types';
import { formatCount } from './format';

/** Invisible mark around the numbers that stand out. */
const EMPHASIS = '\u2063';

function strong(text: string): string {
  return `${EMPHASIS}${text}${EMPHASIS}`;
}

/** "347 of 102,453 samples, 12 selected": the line all panels share. */
export function HeaderLine(props: {
  model: IWorkspaceModel;
  trans: TranslationBundle;
}): JSX.Element {
  const { model, trans } = props;
  const count = useStore(model.store, state => state.ids.length);
  const total = useStore(model.store, state => state.total);
  const selected = useStore(model.store, state => state.selectedInView);
  const level = useStore(model.store, state => state.shown.level);
  const pending = useStore(model.store, state => state.pending);
  const numbers = [
    strong(formatCount(count)),
    formatCount(total),
    strong(formatCount(selected))
  ];
  const text =
    level === 'samples'
      ? trans.__('%1 of %2 samples, %3 selected', ...numbers)
      : trans.__('%1 of %2 annotations, %3 selected', ...numbers);
  return (
    <div className="vl-header-line" role="status" aria-busy={pending}>
      {text
        .split(EMPHASIS)
        .map((part, i) =>
          i % 2 === 1 ? <strong key={i}>{part}</strong> : part
        )}
    </div>
  );
}
