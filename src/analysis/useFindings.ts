/** The findings of one evaluation, and the analyses that made them. */
import * as React from 'react';
import { useStore } from 'zustand';
import type { IAnalysis, IFinding, IFindingChange } from './client';
import type { IClient } from '../core/client/context';
import { errorBody } from '../core/client/errors';
import type { IErrorBody } from '../core/client/types';
import { InTurn } from '../core/workspace/inTurn';
import { Latest } from '../core/workspace/latest';
import type { IWorkspaceModel } from '../core/workspace/types';

export interface IFindings {
  /** Null until they were read. */
  readonly findings: readonly IFinding[] | null;
  /** The newest analysis of the evaluation; null: there was none. */
  readonly analysis: IAnalysis | null;
  readonly error: IErrorBody | null;
  reload(): void;
  /** False: the server refused it, `error` says why. */
  change(finding: string, change: IFindingChange): Promise<boolean>;
  remove(finding: string): void;
}

interface IRead {
  readonly evaluation: string;
  readonly findings: readonly IFinding[];
  readonly analysis: IAnalysis | null;
}

export function useFindings(
  model: IWorkspaceModel,
  client: Pick<IClient, 'analysis'>,
  evaluation: string | null
): IFindings {
  const dataset = useStore(model.store, state => state.dataset);
  const version = useStore(model.store, state => state.datasetVersion);
  const [read, setRead] = React.useState<IRead | null>(null);
  const [error, setError] = React.useState<IErrorBody | null>(null);
  const [turn, setTurn] = React.useState(0);
  const latest = React.useMemo(() => new Latest(), []);
  const turns = React.useMemo(() => new InTurn(), []);

  React.useEffect(() => {
    if (evaluation === null) {
      return;
    }
    const { analysis } = client;
    latest
      .run(signal =>
        Promise.all([
          analysis.findings(dataset, evaluation, signal),
          analysis.analyses(dataset, evaluation, signal)
        ])
      )
      .then(answers => {
        if (answers) {
          const [findings, analyses] = answers;
          setRead({
            evaluation,
            findings,
            analysis: analyses[0] ?? null
          });
          setError(null);
        }
      })
      .catch(reason => setError(errorBody(reason)));
    return () => latest.abort();
  }, [client, dataset, version, evaluation, turn, latest]);

  const reload = React.useCallback(() => setTurn(old => old + 1), []);
  const attempt = async (work: () => Promise<void>): Promise<boolean> => {
    setError(null);
    try {
      await work();
      return true;
    } catch (reason) {
      setError(errorBody(reason));
      return false;
    }
  };
  const replace = (
    change: (findings: readonly IFinding[]) => readonly IFinding[]
  ): void => setRead(old => old && { ...old, findings: change(old.findings) });
  const shown = read?.evaluation === evaluation ? read : null;
  return {
    findings: shown?.findings ?? null,
    analysis: shown?.analysis ?? null,
    error,
    reload,
    change: (finding, change) =>
      attempt(async () => {
        const changed = await turns.run(() =>
          client.analysis.changeFinding(dataset, finding, change)
        );
        replace(all =>
          all.map(each => (each.finding === finding ? changed : each))
        );
      }),
    remove: finding =>
      void attempt(async () => {
        await client.analysis.deleteFinding(dataset, finding);
        replace(all => all.filter(each => each.finding !== finding));
      })
  };
}
