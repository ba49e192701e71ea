import * as React from 'react';
import { useStore } from 'zustand';
import type { IPanelContext } from '../core/client/context';
import type { IEvaluationDetail, IRun } from './client';
import { ErrorBox } from '../core/components/ErrorBox';
import { HeaderLine } from '../core/components/HeaderLine';
import { viewText } from '../core/filters/steps';
import { JobProgress } from '../core/jobs/JobProgress';
import type { IWorkspaceModel } from '../core/workspace/types';
import { AddPredictionsForm } from './runs/AddPredictionsForm';
import { conditionsOf } from './conditionsOf';
import { EvaluateForm } from './runs/EvaluateForm';
import { EvaluationToolbar, useSplits } from './EvaluationToolbar';
import { Notices } from './Notices';
import { Results } from './Results';
import { useAnswer } from '../core/components/useAnswer';
import { useCounts } from './useCounts';
import {
  type IEvaluations,
  type ILists,
  useEvaluations
} from './useEvaluations';
import { type IPanelJob, useJob } from './runs/useJob';
import { useThreshold } from './plots/useThreshold';

interface IProps {
  readonly model: IWorkspaceModel;
  readonly context: IPanelContext;
}

/** The evaluations of one workspace's dataset. */
export function EvaluationPanel({ model, context }: IProps): JSX.Element {
  const { trans, client } = context;
  const dataset = useStore(model.store, state => state.dataset);
  const evaluations = useEvaluations(model, client);
  const { lists, detail, error, reload } = evaluations;
  const making = useJob(client, dataset, reload);
  return (
    <div
      className="vl-evaluation-body"
      data-shown={detail?.evaluation}
      tabIndex={-1}
      aria-busy={lists === null}
    >
      {lists ? (
        <Loaded
          model={model}
          context={context}
          lists={lists}
          evaluations={evaluations}
          detail={detail}
          making={making}
        />
      ) : (
        <div
          className="vl-toolbar"
          role="toolbar"
          aria-label={trans.__('Evaluation')}
        >
          <HeaderLine model={model} trans={trans} />
        </div>
      )}
      {error && <ErrorBox error={error} trans={trans} onRetry={reload} />}
      {lists === null && !error && (
        <p className="vl-empty vl-quiet">{trans.__('Loading…')}</p>
      )}
    </div>
  );
}

interface ILoadedProps extends IProps {
  readonly lists: ILists;
  readonly evaluations: IEvaluations;
  readonly detail: IEvaluationDetail | null;
  readonly making: IPanelJob;
}

function Loaded(props: ILoadedProps): JSX.Element {
  const { model, context, lists, detail, making } = props;
  const { trans, client } = context;
  const dataset = useStore(model.store, state => state.dataset);
  const shown = useStore(model.store, state => state.shown);
  const narrowing = React.useMemo(() => conditionsOf(shown), [shown]);
  const narrowed = narrowing && viewText(narrowing, trans);
  const [threshold, setThreshold] = useThreshold(model, detail);
  const [other, setOther] = React.useState<string | null>(null);
  const evaluation = detail?.evaluation ?? null;
  const compared =
    other !== evaluation &&
    lists.evaluations.some(each => each.evaluation === other)
      ? other
      : null;
  const counted = useCounts(client, {
    dataset,
    evaluation,
    made: detail && `${detail.created_at} ${detail.stale}`,
    confidence: threshold,
    view: narrowing
  });
  const comparison = useAnswer(
    evaluation && compared ? JSON.stringify([evaluation, compared]) : null,
    signal =>
      client.evaluations.compare(
        dataset,
        evaluation!,
        { other: compared! },
        signal
      )
  );
  return (
    <>
      <EvaluationToolbar
        {...props}
        narrowed={narrowed}
        threshold={threshold}
        counting={counted.pending}
        onThreshold={setThreshold}
        other={compared}
        onOther={setOther}
      />
      {making.job && <JobProgress job={making.job} context={context} />}
      {detail ? (
        <>
          <Notices
            model={model}
            context={context}
            detail={detail}
            narrowing={narrowing}
            narrowed={narrowed}
            making={making}
          />
          {making.error && <ErrorBox error={making.error} trans={trans} />}
          <Results
            {...props}
            detail={detail}
            counted={counted}
            comparison={comparison}
            other={compared}
            threshold={threshold}
            onThreshold={setThreshold}
          />
        </>
      ) : (
        lists.evaluations.length === 0 && (
          <Empty {...props} runs={lists.runs} narrowed={narrowed} />
        )
      )}
    </>
  );
}

/** What to do where nothing was evaluated yet. */
function Empty(
  props: ILoadedProps & {
    runs: readonly IRun[];
    narrowed: string | null;
  }
): JSX.Element {
  const { model, context, runs, making, narrowed } = props;
  const { trans } = context;
  const view = useStore(model.store, state => state.view);
  const splits = useSplits(model);
  const [started, setStarted] = React.useState(false);
  const { running } = making;
  React.useEffect(() => {
    if (!running) {
      setStarted(false);
    }
  }, [running]);
  if (started || running) {
    return (
      <p className="vl-empty" role="status">
        {trans.__('On its way. What comes of it is shown here.')}
      </p>
    );
  }
  const form = {
    context,
    runs,
    start: making.start,
    error: making.error,
    onStarted: () => setStarted(true)
  };
  return (
    <div className="vl-empty vl-evaluation-empty">
      {runs.length === 0 ? (
        <>
          <h3>{trans.__('There are no predictions yet.')}</h3>
          <p className="vl-quiet">
            {trans.__(
              'Add what a model predicts for these images; they are matched by file name or id.'
            )}
          </p>
          <AddPredictionsForm {...form} splits={splits} />
        </>
      ) : (
        <>
          <h3>{trans.__('Nothing was evaluated yet.')}</h3>
          <p className="vl-quiet">
            {trans.__(
              'Predictions are matched with labels; every figure that comes of it leads to its images.'
            )}
          </p>
          <EvaluateForm {...form} view={view} narrowed={narrowed} />
        </>
      )}
    </div>
  );
}
