import * as React from 'react';
import type { IPanelContext } from '../core/client/context';
import { Button } from '../core/components/Button';
import { ErrorBox } from '../core/components/ErrorBox';
import { formatCount } from '../core/components/format';
import { type ChoiceOption, Choice, SubmitButton } from '../core/forms/fields';
import { JobProgress } from '../core/jobs/JobProgress';
import type { IJobs } from '../core/jobs/tracker';
import { Changes } from './Changes';
import { permissionsText } from './describe';
import type { IEntry } from './installed';
import { SchemaForm } from './SchemaForm';
import { countsOf, type Extent, type IScope } from './scope';
import { PREVIEWED, useOperator } from './useOperator';

interface IProps {
  readonly entry: IEntry;
  readonly scope: IScope;
  readonly context: IPanelContext;
  readonly jobs: IJobs;
  /** It runs, or nobody wants it to. */
  readonly onEnd: () => void;
}

/** The arguments of an operator or a measure, on what it runs, and what it would do. */
export function OperatorForm(props: IProps): JSX.Element {
  const { entry, scope, context, jobs, onEnd } = props;
  const { trans, client } = context;
  const { contribution, plugin } = entry;
  const form = useOperator(entry, scope, client, jobs, onEnd);
  const description = contribution.description || plugin.description;
  return (
    <div className="vl-operator vl-panel">
      {description && <p>{description}</p>}
      <p className="vl-quiet">{permissionsText(plugin.permissions, trans)}</p>
      <Choice
        label={trans.__('Run on')}
        value={form.extent}
        options={extents(scope, context)}
        onChange={form.setExtent}
      />
      <SchemaForm
        schema={form.schema}
        values={form.values}
        judged={form.judged}
        onChange={form.setValues}
        onSubmit={form.run}
      >
        {form.job && <JobProgress job={form.job} context={context} />}
        {form.error && <ErrorBox error={form.error} trans={trans} />}
        {form.previewed && <Changes result={form.previewed} trans={trans} />}
        <div className="vl-operator-actions">
          <Button onClick={onEnd}>{trans.__('Cancel')}</Button>
          <Button
            title={trans.__(
              'What it would do to the first %1; nothing is written',
              PREVIEWED
            )}
            disabled={form.busy}
            onClick={form.preview}
          >
            {trans.__('Preview')}
          </Button>
          <SubmitButton disabled={form.busy}>{trans.__('Run')}</SubmitButton>
        </div>
      </SchemaForm>
    </div>
  );
}

function extents(
  scope: IScope,
  { trans }: IPanelContext
): ChoiceOption<Extent>[] {
  const counts = countsOf(scope);
  const { chosen, pointed, state } = scope;
  const said = (extent: Extent, level: string): string =>
    level === 'annotations'
      ? trans._n(
          '%2 annotation',
          '%2 annotations',
          counts[extent],
          formatCount(counts[extent])
        )
      : trans._n(
          '%2 sample',
          '%2 samples',
          counts[extent],
          formatCount(counts[extent])
        );
  const all: ChoiceOption<Extent>[] = [
    [
      'chosen',
      pointed
        ? trans.__('What was clicked on (%1)', said('chosen', chosen!.level))
        : trans.__('The selection (%1)', said('chosen', chosen?.level ?? ''))
    ],
    ['view', trans.__('The view (%1)', said('view', state.shown.level))],
    ['dataset', trans.__('All (%1)', said('dataset', 'samples'))]
  ];
  return all.filter(([extent]) => counts[extent] > 0);
}
