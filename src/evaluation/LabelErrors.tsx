import * as React from 'react';
import { useStore } from 'zustand';
import type { IPanelContext } from '../core/client/context';
import type { IEvaluationDetail } from './client';
import type { Filter, IViewSpec } from '../core/client/types';
import type { IWorkspaceModel } from '../core/workspace/types';
import type { IPanelJob } from './runs/useJob';
import { Button } from '../core/components/Button';

interface IProps {
  readonly model: IWorkspaceModel;
  readonly context: IPanelContext;
  readonly detail: IEvaluationDetail;
  readonly making: IPanelJob;
}

/** Fields that a ranking of labels fills. */
const FIELDS = [
  'likely_missing',
  'likely_wrong_class',
  'likely_badly_placed'
] as const;
type Field = (typeof FIELDS)[number];

/** The annotations that are suspicious, the most suspicious first. */
export function rankedView(
  field: Field,
  { run, protocol }: Pick<IEvaluationDetail, 'run' | 'protocol'>
): IViewSpec {
  // Of whole images every class has a score; above .5 the run prefers another.
  const value = protocol === 'classification' ? 0.5 : 0;
  const scored: Filter = { op: 'compare', field, cmp: '>', value };
  // What is missing is said of the predictions that no label explains.
  const ofRun: Filter = {
    op: 'compare',
    field: 'source',
    cmp: '=',
    value: run
  };
  return {
    level: 'annotations',
    filter:
      field === 'likely_missing'
        ? { op: 'and', args: [ofRun, scored] }
        : scored,
    where: null,
    sql: null,
    search: null,
    outcomes: null,
    sort: [{ field, descending: true }],
    all: false
  };
}

/** Rank labels by how likely they are wrong, and look at those that were ranked. */
export function LabelErrors(props: IProps): JSX.Element {
  const { model, context, detail, making } = props;
  const { trans } = context;
  const fields = useStore(model.store, state => state.detail?.fields) ?? [];
  const ranked = FIELDS.filter(field =>
    fields.some(({ name }) => name === field)
  );
  const names: Record<Field, string> = {
    likely_missing: trans.__('missing'),
    likely_wrong_class: trans.__('of the wrong class'),
    likely_badly_placed: trans.__('badly placed')
  };
  return (
    <>
      {ranked.length > 0 && (
        <>
          {trans.__('labels likely')}{' '}
          {ranked.map((field, i) => (
            <React.Fragment key={field}>
              {i > 0 && ', '}
              <Button
                kind="link"
                title={trans.__('Show them, most suspicious first')}
                onClick={() => model.setView(rankedView(field, detail))}
              >
                {names[field]}
              </Button>
            </React.Fragment>
          ))}
          {' · '}
        </>
      )}
      <Button
        kind="link"
        disabled={making.running}
        title={trans.__(
          'Rank labels that are likely missing, of the wrong class or badly placed'
        )}
        onClick={() =>
          void making.start('label_quality', {
            evaluation: detail.evaluation
          })
        }
      >
        {ranked.length > 0
          ? trans.__('rank again')
          : trans.__('find label errors')}
      </Button>
    </>
  );
}
