import * as React from 'react';
import { useStore } from 'zustand';
import type { IFinding } from './client';
import { ErrorBox } from '../core/components/ErrorBox';
import { conditionsOf } from '../evaluation/conditionsOf';
import { viewText } from '../core/filters/steps';
import { JobProgress } from '../core/jobs/JobProgress';
import { AgentSteps } from '../agents/AgentSteps';
import { FindingList } from './FindingList';
import { GoalForm } from './GoalForm';
import {
  agentRequest,
  analyseRequest,
  type IGoalValues,
  NO_GOAL
} from './goals';
import { Ideas } from '../agents/Ideas';
import { NoFindings } from './NoFindings';
import { Tested } from './Tested';
import { useAgentRun } from '../agents/useAgents';
import { VerifyScreen } from './VerifyScreen';
import type { IFindingsProps } from './findingsProps';

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
  values: IGoalValues;
  onValues: (change: Partial<IGoalValues>) => void;
  onRun: () => void;
  narrowed: string | null;
} {
  const { model, context, evaluation, settings, making, goal } = props;
  const view = useStore(model.store, state => state.view);
  const narrowing = conditionsOf(view);
  const [values, setValues] = React.useState<IGoalValues>(NO_GOAL);
  const run = (wanted: IGoalValues): void => {
    const name = evaluation.evaluation;
    const isExplained = wanted.explained && !!settings?.model;
    void (isExplained
      ? making.start('agent', agentRequest(wanted, name, view))
      : making.start('analyse', analyseRequest(wanted, name, view)));
  };
  const latest = React.useRef(run);
  latest.current = run;
  React.useEffect(() => {
    const wanted = { ...NO_GOAL, target: goal.target ?? null };
    setValues(wanted);
    if (goal.run) {
      latest.current(wanted);
    }
  }, [goal]);
  return {
    values,
    onValues: change => setValues(old => ({ ...old, ...change })),
    onRun: () => run(values),
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
