import type { TranslationBundle } from '@jupyterlab/translation';
import { redoIcon, undoIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import { useStore } from 'zustand';
import type { IWorkspaceModel } from '../workspace/types';

/** One step back or forth through the views. */
export function HistoryButtons(props: {
  model: IWorkspaceModel;
  trans: TranslationBundle;
}): JSX.Element {
  const { model, trans } = props;
  const canUndo = useStore(model.store, state => state.canUndo);
  const canRedo = useStore(model.store, state => state.canRedo);
  return (
    <div className="vl-history">
      <button
        type="button"
        className="vl-icon-button"
        disabled={!canUndo}
        title={trans.__('Undo the last change of the view (z)')}
        aria-label={trans.__('Undo')}
        onClick={() => model.undo()}
      >
        <undoIcon.react tag="span" width="14px" />
      </button>
      <button
        type="button"
        className="vl-icon-button"
        disabled={!canRedo}
        title={trans.__('Redo (shift z)')}
        aria-label={trans.__('Redo')}
        onClick={() => model.redo()}
      >
        <redoIcon.react tag="span" width="14px" />
      </button>
    </div>
  );
}
