import * as React from 'react';
import { useStore } from 'zustand';
import type { IFinding } from './client';
import { formatCount } from '../core/components/format';
import { scaleOf } from './EffectBar';
import { FindingCard } from './FindingCard';
import type { IFindingsProps } from './findingsProps';
import { ReportMenu } from './ReportMenu';
import { Button } from '../core/components/Button';

interface IProps extends IFindingsProps {
  readonly all: readonly IFinding[];
  readonly onVerify: (finding: IFinding) => void;
}

/** Those of the newest analysis first; what was rejected and what is older waits folded. */
export function FindingList(props: IProps): JSX.Element {
  const { model, context, all, findings, evaluation, making } = props;
  const { trans } = context;
  const dataset = useStore(model.store, state => state.dataset);
  const newest = findings.analysis?.findings ?? [];
  const isNew = ({ finding, author }: IFinding): boolean =>
    author !== 'statistics' || newest.includes(finding);
  const kept = all.filter(({ status }) => status !== 'rejected');
  const shown = kept.filter(isNew);
  const earlier = kept.filter(each => !isNew(each));
  const rejected = all.filter(({ status }) => status === 'rejected');
  const stale = kept.filter(each => each.stale);
  const cards = (some: readonly IFinding[]): JSX.Element => (
    <Cards {...props} some={some} dataset={dataset} />
  );
  return (
    <>
      <div className="vl-findings-head">
        <h3>
          {trans._n(
            '%2 finding about %3',
            '%2 findings about %3',
            shown.length,
            formatCount(shown.length),
            evaluation.run
          )}
        </h3>
        {stale.length > 0 && (
          <Button
            disabled={making.running}
            title={trans.__('The data changed: ask whether they still hold')}
            onClick={() =>
              void making.start('recheck', {
                evaluation: evaluation.evaluation,
                findings: null
              })
            }
          >
            {trans._n('Check %1 again', 'Check all %1 again', stale.length)}
          </Button>
        )}
        <ReportMenu
          context={context}
          dataset={dataset}
          evaluation={evaluation.evaluation}
          findings={kept.map(({ finding }) => finding)}
        />
      </div>
      {cards(shown)}
      {earlier.length > 0 && (
        <details className="vl-findings-fold">
          <summary>
            {trans._n(
              '%1 finding of earlier analyses',
              '%1 findings of earlier analyses',
              earlier.length
            )}
          </summary>
          {cards(earlier)}
        </details>
      )}
      {rejected.length > 0 && (
        <details className="vl-findings-fold">
          <summary>
            {trans._n('%1 rejected', '%1 rejected', rejected.length)}
          </summary>
          {cards(rejected)}
        </details>
      )}
    </>
  );
}

function Cards(
  props: IProps & { some: readonly IFinding[]; dataset: string }
): JSX.Element {
  const { model, context, some, dataset, findings, making } = props;
  const name = useStore(model.store, state => state.detail?.name) ?? dataset;
  return (
    <>
      {some.map(each => (
        <FindingCard
          key={each.finding}
          context={context}
          dataset={dataset}
          name={name}
          finding={each}
          scale={scaleOf(some.filter(({ target }) => target === each.target))}
          attributes={props.attributes}
          toggles={props.toggles}
          onChange={change => void findings.change(each.finding, change)}
          onDelete={() => findings.remove(each.finding)}
          onVerify={() => props.onVerify(each)}
          onRecheck={
            making.running
              ? null
              : () =>
                  void making.start('recheck', {
                    evaluation: each.evaluation,
                    findings: [each.finding]
                  })
          }
        />
      ))}
    </>
  );
}
