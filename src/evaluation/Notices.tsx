import * as React from 'react';
import { useStore } from 'zustand';
import type { IPanelContext } from '../core/client/context';
import type { IEvaluateRequest, IEvaluationDetail } from './client';
import type { IViewSpec } from '../core/client/types';
import { hasAnnotationTerms } from '../core/outcomes/annotationTerms';
import type { IWorkspaceModel } from '../core/workspace/types';
import { describeEvaluation } from './describe';
import { LabelErrors } from './LabelErrors';
import type { IPanelJob } from './runs/useJob';
import { Button } from '../core/components/Button';

interface IProps {
  readonly model: IWorkspaceModel;
  readonly context: IPanelContext;
  readonly detail: IEvaluationDetail;
  /** What narrows the view beside outcomes; null: nothing does. */
  readonly narrowing: IViewSpec | null;
  readonly narrowed: string | null;
  readonly making: IPanelJob;
}

/** The request that makes an evaluation anew. */
export function rerunRequest(detail: IEvaluationDetail): IEvaluateRequest {
  const { run, protocol, geometry, iou, operating_point: point } = detail;
  return {
    run,
    protocol,
    geometry,
    name: detail.evaluation,
    ...(iou.length > 0 && { iou: [...iou] }),
    ...(point.iou !== null && { operating_iou: point.iou }),
    class_aware: point.class_aware,
    max_dets: detail.max_dets,
    options: detail.options ?? {},
    view: detail.predicate
      ? {
          level: 'samples',
          filter: null,
          where: detail.predicate,
          sql: null,
          search: null,
          outcomes: null,
          sort: [],
          all: false
        }
      : null
  };
}

/** What the figures are of, and what to know before they are believed. */
export function Notices(props: IProps): JSX.Element {
  const { context, detail, making } = props;
  const { trans } = context;
  const { evaluation, stale, intervals, warnings, metrics } = detail;
  const hasMetrics = metrics.some(({ value }) => value !== null);
  return (
    <div className="vl-evaluation-notices">
      {stale && (
        <p className="vl-notice vl-mod-warning" role="status">
          {trans.__(
            'Out of date: labels, predictions or images were changed since.'
          )}{' '}
          <Button
            disabled={making.running}
            onClick={() => void making.start('evaluate', rerunRequest(detail))}
          >
            {trans.__('Evaluate again')}
          </Button>
        </p>
      )}
      {(warnings ?? []).map(warning => (
        <p key={warning} className="vl-notice vl-mod-warning">
          {warning}
        </p>
      ))}
      <p className="vl-notice vl-quiet">
        {describeEvaluation(detail, trans)}
        {!intervals && hasMetrics && !making.running && (
          <>
            {' · '}
            <Button
              kind="link"
              title={trans.__('How far the figures may be off by chance')}
              onClick={() => void making.start('intervals', { evaluation })}
            >
              {trans.__('compute intervals')}
            </Button>
          </>
        )}
        {' · '}
        <LabelErrors {...props} />
      </p>
      <Narrowed {...props} />
    </div>
  );
}

function Narrowed(props: IProps): JSX.Element | null {
  const { model, context, narrowing, narrowed } = props;
  const { trans } = context;
  const fields = useStore(model.store, state => state.detail?.fields) ?? [];
  if (narrowing === null) {
    return null;
  }
  return (
    <p className="vl-notice" role="status" title={narrowed ?? undefined}>
      {trans.__(
        'Counted on the images of the view (%1); metrics and curves are of all that were evaluated.',
        narrowed
      )}{' '}
      {hasAnnotationTerms(narrowing.filter, fields) &&
        trans.__(
          'Of what is counted, a click shows what meets the conditions on annotations.'
        )}{' '}
      <Button
        kind="link"
        onClick={() => {
          const { view } = model.store.getState();
          model.setView({
            ...view,
            filter: null,
            where: null,
            sql: null,
            search: null
          });
        }}
      >
        {trans.__('Count all')}
      </Button>
    </p>
  );
}
