import * as React from 'react';
import { useStore } from 'zustand';
import type { IFinding, IAnalysis } from './client';
import { ErrorBox } from '../core/components/ErrorBox';
import { conditionsOf } from '../evaluation/conditionsOf';
import { viewText } from '../core/filters/steps';
import { JobProgress } from '../core/jobs/JobProgress';
import { AgentSteps } from '../agents/AgentSteps';
import { FindingList } from './FindingList';
import { type IForm, useForm } from '../core/forms/useForm';
import { GoalForm } from './GoalForm';
import {
  agentRequest,
  analyseRequest,
  type IGoalValues,
  NO_GOAL
} from './goals';
import { Ideas } from '../agents/Ideas';
import { Tested } from './Tested';
import { useAgentRun } from '../agents/useAgents';
import { VerifyScreen } from './VerifyScreen';
import type { IFindingsProps } from './findingsProps';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IEvaluation } from '../evaluation/client';
import { formatCount } from '../core/components/format';

/** A goal, what is done about it, and the findings. */
export function FindingsTab(props: IFindingsProps): JSX.Element {
  const { model, context, findings, toggles, making } = props;
  const { trans } = context;
  const form = useAnalysisForm(props);
  const [verifying, setVerifying] = React.useState<string | null>(null);
  const root = React.useRef<HTMLDivElement>(null);
  const examined = findings.findings?.find(
    ({ finding }) => finding === verifying
  );
  const close = (): void => {
    setVerifying(null);
    // The keyboard goes on at the card.
    setTimeout(() =>
      root.current
        ?.querySelector<HTMLElement>(`[data-finding="${verifying}"] .vl-button`)
        ?.focus()
    );
  };
  if (examined) {
    return (
      <VerifyScreen
        model={model}
        context={context}
        finding={examined}
        error={findings.error}
        onChange={change => findings.change(examined.finding, change)}
        onClose={close}
      />
    );
  }
  return (
    <div ref={root} className="vl-findings">
      <GoalForm {...props} {...form} busy={making.running} />
      <Progress {...props} />
      {findings.error && (
        <ErrorBox
          error={findings.error}
          trans={trans}
          onRetry={findings.reload}
        />
      )}
      {findings.findings === null && !findings.error && (
        <p className="vl-empty vl-quiet">{trans.__('Loading…')}</p>
      )}
      {findings.findings && findings.findings.length > 0 && (
        <FindingList
          {...props}
          all={findings.findings}
          onVerify={({ finding }: IFinding) => setVerifying(finding)}
        />
      )}
      {findings.findings?.length === 0 && !making.running && (
        <NoFindings
          evaluation={props.evaluation}
          analysis={findings.analysis}
          trans={trans}
        />
      )}
      {findings.analysis && (
        <Tested
          context={context}
          analysis={findings.analysis}
          toggles={toggles}
        />
      )}
    </div>
  );
}

/** What the form holds, and how it is begun. */
function useAnalysisForm(props: IFindingsProps): {
  form: IForm<IGoalValues>;
  narrowed: string | null;
} {
  const { model, context, evaluation, settings, making, goal } = props;
  const view = useStore(model.store, state => state.view);
  const narrowing = conditionsOf(view);
  const run = (values: IGoalValues): void => {
    const name = evaluation.evaluation;
    const isExplained = values.explained && !!settings?.model;
    void (isExplained
      ? making.start('agent', agentRequest(values, name, view))
      : making.start('analyse', analyseRequest(values, name, view)));
  };
  const form = useForm<IGoalValues>({ initial: NO_GOAL, onSubmit: run });
  const latest = React.useRef({ form, run });
  latest.current = { form, run };
  React.useEffect(() => {
    const values = { ...NO_GOAL, target: goal.target ?? null };
    latest.current.form.reset(values);
    if (goal.run) {
      latest.current.run(values);
    }
  }, [goal]);
  return {
    form,
    narrowed: narrowing && viewText(narrowing, context.trans)
  };
}

/** The job with its time left, and the steps of the agent that does it. */
function Progress(props: IFindingsProps): JSX.Element {
  const { model, context, making, agents, toggles } = props;
  const { client, trans } = context;
  const dataset = useStore(model.store, state => state.dataset);
  const { job, error } = making;
  const asked = job?.agent && job.agent.agent !== 'chat';
  const own = asked ? agents.runs?.find(each => each.job === job.job) : null;
  const run = useAgentRun(client, dataset, own?.run ?? null);
  return (
    <>
      {job && <JobProgress job={job} context={context} />}
      {error && <ErrorBox error={error} trans={trans} />}
      {run && <AgentSteps run={run} toggles={toggles} trans={trans} />}
      <Ideas ideas={run?.answer?.ideas} trans={trans} />
    </>
  );
}

/** What nothing means: nobody looked, or what was tested does not hold. */
export function NoFindings(props: {
  evaluation: IEvaluation;
  analysis: IAnalysis | null;
  trans: TranslationBundle;
}): JSX.Element {
  const { evaluation, analysis, trans } = props;
  if (analysis === null) {
    return (
      <div className="vl-empty vl-findings-empty">
        <h3>
          {trans.__(
            'Nobody has looked for patterns in %1 yet.',
            evaluation.evaluation
          )}
        </h3>
        <p className="vl-quiet">
          {trans.__(
            'Run tests fields, image quality, sizes and places of objects, classes seen together and clusters, alone and together. A pattern becomes a finding when one half of the images suggests it and the other half confirms it.'
          )}
        </p>
      </div>
    );
  }
  const { tested, request } = analysis;
  if (tested === 0) {
    return (
      <div className="vl-empty vl-findings-empty">
        <h3>{trans.__('No pattern could be tested.')}</h3>
        <p className="vl-quiet">
          {trans.__(
            'A pattern needs at least %1 units and %2 groups in each half.',
            formatCount(request.min_objects),
            formatCount(request.min_groups)
          )}
        </p>
      </div>
    );
  }
  return (
    <div className="vl-empty vl-findings-empty">
      <h3>{trans.__('No pattern holds on both halves.')}</h3>
      <p className="vl-quiet">
        {trans.__(
          '%1 patterns were tested with at least %2 units and %3 groups in each half. Either the errors of %4 gather nowhere that these fields can tell, or there are too few images to be sure.',
          formatCount(tested),
          formatCount(request.min_objects),
          formatCount(request.min_groups),
          evaluation.run
        )}
      </p>
    </div>
  );
}
