import * as React from 'react';
import { useStore } from 'zustand';
import type { IPanelContext } from '../core/client/context';
import type { IComparison, IEvaluationDetail, IErrorShare } from './client';
import { ErrorBox } from '../core/components/ErrorBox';
import type { IWorkspaceModel } from '../core/workspace/types';
import { Calibration } from './plots/Calibration';
import { ClassTable } from './ClassTable';
import { Comparison } from './Comparison';
import { ConfusionSection } from './confusion/ConfusionSection';
import { CurvesSection } from './plots/CurvesSection';
import { Histograms } from './plots/Histograms';
import { Summary } from './Summary';
import { type IAnswer, useAnswer } from '../core/components/useAnswer';
import type { ICountsAnswer } from './useCounts';
import { useOutcomeFilters, type IOutcomeFilters } from './useOutcomeFilters';
import type { TranslationBundle } from '@jupyterlab/translation';
import { formatCount } from '../core/components/format';
import {
  errorMeaning,
  errorName,
  formatShare
} from '../core/outcomes/outcomes';

interface IProps {
  readonly model: IWorkspaceModel;
  readonly context: IPanelContext;
  readonly detail: IEvaluationDetail;
  readonly counted: ICountsAnswer;
  readonly comparison: IAnswer<IComparison>;
  readonly other: string | null;
  readonly threshold: number | null;
  readonly onThreshold: (confidence: number) => void;
}

/** All figures of one evaluation. */
export function Results(props: IProps): JSX.Element {
  const { model, context, detail, counted, comparison, threshold } = props;
  const { trans, client } = context;
  const { counts, pending } = counted;
  const dataset = useStore(model.store, state => state.dataset);
  const filters = useOutcomeFilters(model, detail.evaluation, threshold);
  const [chosen, setDrawn] = React.useState<string | null>(null);
  const drawn = detail.per_class.some(({ name }) => name === chosen)
    ? chosen
    : null;
  // They follow the counts, which wait until the slider rests.
  const at = (counts ?? detail).operating_point.confidence;
  const curves = useAnswer(
    JSON.stringify([detail.evaluation, detail.created_at, drawn, at]),
    signal =>
      client.evaluations.curves(
        dataset,
        detail.evaluation,
        { name: drawn, confidence: at },
        signal
      )
  );
  const of = drawn ?? trans.__('all classes');
  const errors = counts?.errors ?? detail.errors;
  return (
    <div className="vl-evaluation-results" aria-busy={pending}>
      {counted.error && <ErrorBox error={counted.error} trans={trans} />}
      <Summary
        detail={detail}
        counts={counts}
        pending={pending}
        filters={filters}
        trans={trans}
      />
      <div className="vl-evaluation-sections">
        <Section place="curves" title={trans.__('Curves: %1', of)}>
          {curves.answer ? (
            <CurvesSection
              curves={curves.answer}
              threshold={threshold}
              onThreshold={props.onThreshold}
              filters={filters}
              trans={trans}
            />
          ) : (
            <Waiting of={curves} trans={trans} />
          )}
        </Section>
        {errors.length > 0 && (
          <Section
            place="errors"
            title={trans.__('What mending each error type would give (ΔAP50)')}
          >
            <ErrorTypes errors={errors} filters={filters} trans={trans} />
          </Section>
        )}
        <Section place="confusion" title={trans.__('Confusion')}>
          {counts ? (
            <ConfusionSection counts={counts} filters={filters} trans={trans} />
          ) : (
            <Waiting of={{ error: counted.error }} trans={trans} />
          )}
        </Section>
        <Section place="outcomes" title={trans.__('Outcomes: %1', of)}>
          {curves.answer ? (
            <Histograms
              curves={curves.answer}
              at={at}
              filters={filters}
              trans={trans}
            />
          ) : (
            <Waiting of={curves} trans={trans} />
          )}
        </Section>
        <Section place="calibration" title={trans.__('Calibration: %1', of)}>
          {curves.answer ? (
            <Calibration
              curves={curves.answer}
              filters={filters}
              trans={trans}
            />
          ) : (
            <Waiting of={curves} trans={trans} />
          )}
        </Section>
        {props.other !== null && (
          <Section
            place="comparison"
            title={trans.__('Against %1', props.other)}
          >
            {comparison.answer ? (
              <Comparison
                comparison={comparison.answer}
                own={detail.operating_point.confidence}
                filters={filters}
                trans={trans}
              />
            ) : (
              <Waiting of={comparison} trans={trans} />
            )}
          </Section>
        )}
        <Section place="classes" title={trans.__('Per class')}>
          <ClassTable
            rows={counts?.per_class ?? detail.per_class}
            metrics={detail.per_class}
            differences={comparison.answer?.per_class ?? null}
            other={props.other}
            filters={filters}
            drawn={drawn}
            onDraw={setDrawn}
            trans={trans}
          />
        </Section>
      </div>
    </div>
  );
}

function Section(props: {
  /** Its area of the layout. */
  place: string;
  title: string;
  children: React.ReactNode;
}): JSX.Element {
  return (
    <section
      className="vl-evaluation-section"
      style={{ gridArea: props.place }}
      aria-label={props.title}
    >
      <h3>{props.title}</h3>
      {props.children}
    </section>
  );
}

function Waiting(props: {
  of: Pick<IAnswer<unknown>, 'error'>;
  trans: IPanelContext['trans'];
}): JSX.Element {
  const { of, trans } = props;
  return of.error ? (
    <ErrorBox error={of.error} trans={trans} />
  ) : (
    <div
      className="vl-skeleton"
      role="status"
      aria-label={trans.__('Being computed')}
    >
      {[0, 1, 2, 3].map(i => (
        <span key={i} className="vl-skeleton-line" />
      ))}
    </div>
  );
}

interface IErrorTypesProps {
  readonly errors: readonly IErrorShare[];
  readonly filters: IOutcomeFilters;
  readonly trans: TranslationBundle;
}

/** What mending each kind of error alone would give, and how many there are. */
export function ErrorTypes({
  errors,
  filters,
  trans
}: IErrorTypesProps): JSX.Element {
  const byGain = errors.some(({ delta_ap50 }) => delta_ap50 !== null);
  const size = ({ count, delta_ap50 }: IErrorShare): number =>
    byGain ? Math.max(delta_ap50 ?? 0, 0) : count;
  const most = Math.max(...errors.map(size), 1e-9);
  const sorted = [...errors].sort((a, b) => size(b) - size(a));
  return (
    <ul className="vl-error-types" aria-label={trans.__('Error types')}>
      {sorted.map(error => {
        const { type, count, delta_ap50 } = error;
        const name = errorName(type, trans);
        return (
          <li key={type} data-error={type}>
            <button
              type="button"
              className="vl-error-type"
              disabled={count === 0}
              aria-pressed={filters.isShown({ errors: [type] })}
              title={trans.__(
                'Show %1 errors: %2',
                formatCount(count),
                errorMeaning(type, trans)
              )}
              onClick={() => filters.show({ errors: [type] })}
            >
              <span className="vl-error-name">{name}</span>
              <span className="vl-error-bar" aria-hidden="true">
                <span style={{ width: `${(100 * size(error)) / most}%` }} />
              </span>
              <span className="vl-error-count">{formatCount(count)}</span>
              <span className="vl-error-gain">{gain(delta_ap50)}</span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}

function gain(delta: number | null): string {
  return delta === null ? '' : `${delta > 0 ? '+' : ''}${formatShare(delta)}`;
}
