import * as React from 'react';
import { useStore } from 'zustand';
import type { IPanelContext } from '../core/client/context';
import type { IEvaluationDetail } from './client';
import { HeaderLine } from '../core/components/HeaderLine';
import { Popover } from '../core/components/Popover';
import { CommandIDs } from '../core/tokens';
import type { IWorkspaceModel } from '../core/workspace/types';
import { AddPredictionsForm } from './runs/AddPredictionsForm';
import { EvaluateForm } from './runs/EvaluateForm';
import { RunList } from './runs/RunList';
import type { IEvaluations, ILists } from './useEvaluations';
import type { IPanelJob } from './runs/useJob';
import { Button } from '../core/components/Button';
import type { TranslationBundle } from '@jupyterlab/translation';
import { formatConfidence } from '../core/outcomes/outcomes';

export interface IToolbarProps {
  readonly model: IWorkspaceModel;
  readonly context: IPanelContext;
  readonly lists: ILists;
  readonly evaluations: IEvaluations;
  readonly detail: IEvaluationDetail | null;
  readonly making: IPanelJob;
  /** The view's conditions in words; null: there are none. */
  readonly narrowed: string | null;
  readonly threshold: number | null;
  readonly counting: boolean;
  readonly onThreshold: (confidence: number) => void;
  readonly other: string | null;
  readonly onOther: (evaluation: string | null) => void;
}

type Open = 'evaluate' | 'predictions' | 'runs' | null;

/** Which evaluation, against which, at which threshold; and what can be made. */
export function EvaluationToolbar(props: IToolbarProps): JSX.Element {
  const { model, context, detail, threshold } = props;
  const { trans } = context;
  return (
    <div
      className="vl-toolbar"
      role="toolbar"
      aria-label={trans.__('Evaluation')}
    >
      <HeaderLine model={model} trans={trans} />
      <Choice {...props} />
      {detail && threshold !== null && (
        <ThresholdSlider
          value={threshold}
          own={detail.operating_point.confidence}
          busy={props.counting}
          onChange={props.onThreshold}
          trans={trans}
        />
      )}
      <span className="vl-spacer" />
      <Making {...props} />
    </div>
  );
}

function Choice(props: IToolbarProps): JSX.Element | null {
  const { context, lists, evaluations, detail, other, onOther } = props;
  const { trans } = context;
  const all = lists.evaluations;
  if (all.length === 0) {
    return null;
  }
  const shown = detail?.evaluation ?? '';
  const others = all.filter(each => each.evaluation !== shown);
  return (
    <>
      <select
        className="vl-button vl-select"
        aria-label={trans.__('Evaluation')}
        value={shown}
        onChange={({ target }) => evaluations.choose(target.value)}
      >
        {all.map(({ evaluation, stale }) => (
          <option key={evaluation} value={evaluation}>
            {stale ? trans.__('%1 (out of date)', evaluation) : evaluation}
          </option>
        ))}
      </select>
      {others.length > 0 && (
        <select
          className="vl-button vl-select"
          aria-label={trans.__('Compare with')}
          value={other ?? ''}
          onChange={({ target }) => onOther(target.value || null)}
        >
          <option value="">{trans.__('compare with…')}</option>
          {others.map(({ evaluation }) => (
            <option key={evaluation} value={evaluation}>
              {trans.__('against %1', evaluation)}
            </option>
          ))}
        </select>
      )}
    </>
  );
}

function Making(props: IToolbarProps): JSX.Element {
  const { model, context, lists, evaluations, making, narrowed } = props;
  const { trans } = context;
  const dataset = useStore(model.store, state => state.dataset);
  const view = useStore(model.store, state => state.view);
  const splits = useSplits(model);
  const [open, setOpen] = React.useState<Open>(null);
  const toggle = (what: Open) => (isOpen: boolean) =>
    setOpen(isOpen ? what : null);
  const form = {
    context,
    runs: lists.runs,
    start: making.start,
    error: making.error,
    onStarted: () => setOpen(null)
  };
  return (
    <div className="vl-toolbar-actions vl-evaluation-actions">
      {props.detail && (
        <Button
          title={trans.__('Look for what its errors have in common')}
          onClick={() =>
            void context.commands.execute(CommandIDs.showAnalyst, {
              evaluation: props.detail!.evaluation
            })
          }
        >
          {trans.__('Analyse errors')}
        </Button>
      )}
      {lists.runs.length > 0 && (
        <Popover
          kind="dialog"
          label={trans.__('Evaluate…')}
          title={trans.__('Measure a run against the labels')}
          open={open === 'evaluate'}
          onToggle={toggle('evaluate')}
        >
          <EvaluateForm {...form} view={view} narrowed={narrowed} />
        </Popover>
      )}
      <Popover
        kind="dialog"
        label={trans.__('Add predictions…')}
        title={trans.__('Add what a model predicts as a run')}
        open={open === 'predictions'}
        onToggle={toggle('predictions')}
      >
        <AddPredictionsForm {...form} splits={splits} />
      </Popover>
      {lists.runs.length > 0 && (
        <Popover
          kind="dialog"
          label={trans.__('Runs…')}
          title={trans.__('Runs and their evaluations')}
          open={open === 'runs'}
          onToggle={toggle('runs')}
        >
          <RunList
            context={context}
            dataset={dataset}
            lists={lists}
            shown={props.detail?.evaluation ?? null}
            onChoose={name => {
              evaluations.choose(name);
              setOpen(null);
            }}
            onChanged={() => {
              evaluations.reload();
              void model.refresh();
            }}
          />
        </Popover>
      )}
    </div>
  );
}

/** Names of the dataset's splits. */
export function useSplits(model: IWorkspaceModel): readonly string[] {
  const detail = useStore(model.store, state => state.detail);
  return React.useMemo(
    () =>
      (detail?.splits ?? []).flatMap(({ name }) =>
        name === null ? [] : [name]
      ),
    [detail]
  );
}

interface IProps {
  readonly value: number;
  /** The evaluation's own threshold. */
  readonly own: number;
  readonly busy: boolean;
  readonly onChange: (value: number) => void;
  readonly trans: TranslationBundle;
}

/** The confidence from which predictions count. */
export function ThresholdSlider(props: IProps): JSX.Element {
  const { value, own, busy, onChange, trans } = props;
  return (
    <div className="vl-threshold" aria-busy={busy}>
      <label>
        <span>{trans.__('confidence ≥')}</span>
        <output>{formatConfidence(value)}</output>
        <input
          type="range"
          min={0}
          max={1}
          step={0.01}
          value={value}
          aria-label={trans.__('Confidence from which predictions count')}
          onChange={event => onChange(Number(event.target.value))}
        />
      </label>
      <Button
        kind="link"
        disabled={value === own}
        title={trans.__(
          'The threshold of the evaluation, %1',
          formatConfidence(own)
        )}
        onClick={() => onChange(own)}
      >
        {trans.__('reset')}
      </Button>
    </div>
  );
}
