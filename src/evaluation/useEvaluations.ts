/** The dataset's runs and evaluations, and the one that is shown. */
import * as React from 'react';
import { useStore } from 'zustand';
import type { IClient } from '../core/client/context';
import type { IEvaluation, IEvaluationDetail, IRun } from './client';
import { errorBody } from '../core/client/errors';
import type { IErrorBody } from '../core/client/types';
import { Latest } from '../core/workspace/latest';
import type { IWorkspaceModel } from '../core/workspace/types';

export interface ILists {
  readonly runs: readonly IRun[];
  /** Newest first. */
  readonly evaluations: readonly IEvaluation[];
}

export interface IEvaluations {
  /** Null until they were read. */
  readonly lists: ILists | null;
  /** The one that is shown; null: none, or not read yet. */
  readonly detail: IEvaluationDetail | null;
  readonly error: IErrorBody | null;
  choose(evaluation: string): void;
  reload(): void;
}

/** `first`: shown as long as none is chosen; '': the newest, null: not known yet. */
export function useEvaluations(
  model: IWorkspaceModel,
  client: Pick<IClient, 'evaluations'>,
  first: string | null = ''
): IEvaluations {
  const dataset = useStore(model.store, state => state.dataset);
  const version = useStore(model.store, state => state.datasetVersion);
  const kept = useStore(model.store, state => state.view.outcomes?.evaluation);
  const [lists, setLists] = React.useState<ILists | null>(null);
  const [chosen, setChosen] = React.useState<string | null>(null);
  const [detail, setDetail] = React.useState<IEvaluationDetail | null>(null);
  const [error, setError] = React.useState<IErrorBody | null>(null);
  const [turn, setTurn] = React.useState(0);
  const latest = React.useMemo(() => [new Latest(), new Latest()], []);

  React.useEffect(() => {
    const { evaluations } = client;
    latest[0]
      .run(signal =>
        Promise.all([
          evaluations.runs(dataset, signal),
          evaluations.evaluations(dataset, signal)
        ])
      )
      .then(read => {
        if (read) {
          setLists({ runs: read[0], evaluations: newestFirst(read[1]) });
          setError(null);
        }
      })
      .catch(reason => setError(errorBody(reason)));
    return () => latest[0].abort();
  }, [client, dataset, version, turn, latest]);

  // What the view was narrowed to, by whomever, is what the panel shows.
  React.useEffect(() => setChosen(old => kept ?? old), [kept]);

  const wanted = chosen ?? first;
  const known = wanted === null ? undefined : lists?.evaluations;
  const name =
    known?.find(({ evaluation }) => evaluation === wanted)?.evaluation ??
    known?.[0]?.evaluation ??
    null;
  React.useEffect(() => {
    if (name === null) {
      setDetail(null);
      return;
    }
    latest[1]
      .run(signal => client.evaluations.evaluation(dataset, name, signal))
      .then(read => {
        if (read) {
          setDetail(read);
          setError(null);
        }
      })
      .catch(reason => setError(errorBody(reason)));
    return () => latest[1].abort();
  }, [client, dataset, name, lists, latest]);

  return {
    lists,
    detail: detail?.evaluation === name ? detail : null,
    error,
    choose: setChosen,
    reload: React.useCallback(() => setTurn(old => old + 1), [])
  };
}

function newestFirst(evaluations: readonly IEvaluation[]): IEvaluation[] {
  return [...evaluations].sort((a, b) =>
    b.created_at.localeCompare(a.created_at)
  );
}
