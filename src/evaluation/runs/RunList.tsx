import * as React from 'react';
import type { IPanelContext } from '../../core/client/context';
import type { IEvaluation, IRun } from '../client';
import { Button } from '../../core/components/Button';
import { ErrorBox } from '../../core/components/ErrorBox';
import { useAction } from '../../core/components/useAction';
import { formatCount, formatTime } from '../../core/components/format';
import { describeEvaluation } from '../describe';
import type { ILists } from '../useEvaluations';
import { Report } from '../../ingestion/Report';
import type { ReadReport } from '../../ingestion/useReport';

interface IProps {
  readonly context: IPanelContext;
  readonly dataset: string;
  readonly lists: ILists;
  /** The evaluation that is shown. */
  readonly shown: string | null;
  readonly onChoose: (evaluation: string) => void;
  readonly onChanged: () => void;
}

/** All runs with their evaluations: choose, rename, delete. */
export function RunList(props: IProps): JSX.Element {
  const { context, dataset, lists, onChanged } = props;
  const { trans, client } = context;
  const { error, run: act } = useAction();
  const [renaming, setRenaming] = React.useState<string | null>(null);
  const attempt = (work: () => Promise<unknown>): Promise<boolean> =>
    act(() => work().then(onChanged));
  const { evaluations: api } = client;
  return (
    <div className="vl-runs">
      {error && <ErrorBox error={error} trans={trans} />}
      <ul aria-label={trans.__('Runs')}>
        {lists.runs.map(run => (
          <li key={run.run} data-run={run.run}>
            <div className="vl-run-head">
              {renaming === run.run ? (
                <RenameForm
                  run={run}
                  trans={trans}
                  onDone={name => {
                    setRenaming(null);
                    if (name !== null && name !== run.run) {
                      void attempt(() =>
                        api.changeRun(dataset, run.run, { run: name })
                      );
                    }
                  }}
                />
              ) : (
                <>
                  <strong>{run.run}</strong>
                  <Button kind="link" onClick={() => setRenaming(run.run)}>
                    {trans.__('Rename')}
                  </Button>
                  <Delete
                    what={trans.__('run %1 with its evaluations', run.run)}
                    trans={trans}
                    onDelete={() =>
                      void attempt(() => api.deleteRun(dataset, run.run))
                    }
                  />
                </>
              )}
            </div>
            <RunFacts run={run} trans={trans} />
            <RunReport context={context} dataset={dataset} run={run.run} />
            <ul aria-label={trans.__('Evaluations of %1', run.run)}>
              {lists.evaluations
                .filter(each => each.run === run.run)
                .map(each => (
                  <EvaluationRow
                    key={each.evaluation}
                    {...props}
                    evaluation={each}
                    onDelete={() =>
                      void attempt(() =>
                        api.deleteEvaluation(dataset, each.evaluation)
                      )
                    }
                  />
                ))}
            </ul>
          </li>
        ))}
      </ul>
    </div>
  );
}

function RunFacts(props: {
  run: IRun;
  trans: IPanelContext['trans'];
}): JSX.Element {
  const { run, trans } = props;
  const facts = [
    trans._n(
      '%2 prediction',
      '%2 predictions',
      run.annotations,
      formatCount(run.annotations)
    ),
    trans._n('%2 image', '%2 images', run.samples, formatCount(run.samples)),
    run.format,
    run.trained_on?.length
      ? trans.__('trained on %1', run.trained_on.join(', '))
      : null,
    formatTime(run.created_at)
  ];
  return (
    <div className="vl-quiet" title={run.source ?? undefined}>
      {facts.filter(Boolean).join(' · ')}
    </div>
  );
}

function RenameForm(props: {
  run: IRun;
  trans: IPanelContext['trans'];
  onDone: (name: string | null) => void;
}): JSX.Element {
  const { run, trans, onDone } = props;
  const [name, setName] = React.useState(run.run);
  return (
    <form
      className="vl-tag-form"
      onSubmit={event => {
        event.preventDefault();
        onDone(name.trim() || null);
      }}
      onKeyDown={event => {
        if (event.key === 'Escape') {
          event.stopPropagation();
          onDone(null);
        }
      }}
    >
      <input
        className="vl-input"
        aria-label={trans.__('New name of %1', run.run)}
        value={name}
        autoFocus
        onChange={({ target }) => setName(target.value)}
      />
      <Button type="submit">{trans.__('Rename')}</Button>
    </form>
  );
}

function EvaluationRow(
  props: IProps & { evaluation: IEvaluation; onDelete: () => void }
): JSX.Element {
  const { context, evaluation, shown, onChoose, onDelete } = props;
  const { trans } = context;
  const { evaluation: name, stale } = evaluation;
  return (
    <li className="vl-run-evaluation" data-evaluation={name}>
      <Button
        kind="item"
        aria-current={name === shown || undefined}
        title={describeEvaluation(evaluation, trans)}
        onClick={() => onChoose(name)}
      >
        {name}
        {stale && (
          <span className="vl-quiet"> {trans.__('(out of date)')}</span>
        )}
      </Button>
      <Delete
        what={trans.__('evaluation %1', name)}
        trans={trans}
        onDelete={onDelete}
      />
    </li>
  );
}

/** What is gone is gone: asked once more. */
function Delete(props: {
  what: string;
  trans: IPanelContext['trans'];
  onDelete: () => void;
}): JSX.Element {
  const { what, trans, onDelete } = props;
  const [asked, setAsked] = React.useState(false);
  return asked ? (
    <Button
      autoFocus
      onClick={() => {
        setAsked(false);
        onDelete();
      }}
      onBlur={() => setAsked(false)}
    >
      {trans.__('Delete %1 for good', what)}
    </Button>
  ) : (
    <Button
      kind="link"
      aria-label={trans.__('Delete %1', what)}
      onClick={() => setAsked(true)}
    >
      {trans.__('Delete')}
    </Button>
  );
}

/** What the import of a run found, behind an expander. */
export function RunReport(props: {
  context: IPanelContext;
  dataset: string;
  run: string;
}): JSX.Element {
  const { context, dataset, run } = props;
  const { client, trans } = context;
  const [open, setOpen] = React.useState(false);
  const read = React.useCallback<ReadReport>(
    (offset, limit) =>
      client.evaluations.runReport(dataset, run, offset, limit),
    [client, dataset, run]
  );
  return (
    <details
      className="vl-run-report"
      onToggle={event => setOpen(event.currentTarget.open)}
    >
      <summary>{trans.__('Report')}</summary>
      {open && (
        <Report
          context={context}
          dataset={dataset}
          title={trans.__('Report of %1', run)}
          annotations={trans.__('Predictions')}
          read={read}
        />
      )}
    </details>
  );
}
