import type { TranslationBundle } from '@jupyterlab/translation';
import { redoIcon, undoIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import { useStore } from 'zustand';
import { Popover } from '../components/Popover';
import type { IWorkspaceModel } from '../workspace/types';
import { describeStep } from './steps';
import { Button } from '../components/Button';

interface IProps {
  readonly model: IWorkspaceModel;
  readonly trans: TranslationBundle;
}

/** Steps the list shows at most in each direction. */
const LISTED = 20;

/** One step back or forth through the views, and the list of them. */
export function HistoryButtons({ model, trans }: IProps): JSX.Element {
  const view = useStore(model.store, state => state.view);
  const past = useStore(model.store, state => state.past);
  const future = useStore(model.store, state => state.future);
  const [open, setOpen] = React.useState(false);
  const last = past[past.length - 1];
  const next = future[future.length - 1];
  const undo = last
    ? trans.__('Undo: %1 (z)', describeStep(last, view, trans))
    : trans.__('Nothing to undo');
  const redo = next
    ? trans.__('Redo: %1 (shift z)', describeStep(view, next, trans))
    : trans.__('Nothing to redo');

  return (
    <div className="vl-history">
      <Button
        kind="icon"
        disabled={!last}
        title={undo}
        aria-label={trans.__('Undo')}
        onClick={() => model.undo()}
      >
        <undoIcon.react tag="span" width="14px" />
      </Button>
      <Button
        kind="icon"
        disabled={!next}
        title={redo}
        aria-label={trans.__('Redo')}
        onClick={() => model.redo()}
      >
        <redoIcon.react tag="span" width="14px" />
      </Button>
      <Popover
        kind="dialog"
        title={trans.__('History of the view')}
        label={
          <span role="img" aria-label={trans.__('History')}>
            ▾
          </span>
        }
        open={open}
        disabled={!last && !next}
        onToggle={setOpen}
      >
        <Steps model={model} trans={trans} />
      </Popover>
    </div>
  );
}

/** The views one had, newest first; a click goes to one. */
function Steps({ model, trans }: IProps): JSX.Element {
  const view = useStore(model.store, state => state.view);
  const past = useStore(model.store, state => state.past);
  const future = useStore(model.store, state => state.future);
  const views = [...past, view, ...[...future].reverse()];
  const steps = views
    .map((each, i) => ({
      walk: i - past.length,
      text:
        i === 0
          ? trans.__('when it was opened')
          : describeStep(views[i - 1], each, trans)
    }))
    .filter(({ walk }) => Math.abs(walk) <= LISTED)
    .reverse();
  return (
    <ol className="vl-history-steps">
      {steps.map(({ walk, text }) => (
        <li key={walk}>
          <Button
            kind="item"
            aria-current={walk === 0 ? 'step' : undefined}
            title={walk === 0 ? trans.__('The present view') : text}
            onClick={() => model.walkHistory(walk)}
          >
            {text}
          </Button>
        </li>
      ))}
    </ol>
  );
}
