import * as React from 'react';
import { useStore } from 'zustand';
import type { IAnalysisJobs } from './client';
import type { IClient, IPanelContext } from '../core/client/context';
import { Button } from '../core/components/Button';
import { ErrorBox } from '../core/components/ErrorBox';
import { HeaderLine } from '../core/components/HeaderLine';
import { useAnswer } from '../core/components/useAnswer';
import {
  type IEvaluations,
  useEvaluations
} from '../evaluation/useEvaluations';
import { usePanelJob } from '../core/jobs/usePanelJob';
import { CommandIDs } from '../core/tokens';
import type { IWorkspaceModel } from '../core/workspace/types';
import { AttributesTab } from '../attributes/AttributesTab';
import { ChatTab } from '../agents/ChatTab';
import { FindingsTab } from './FindingsTab';
import type { IGoal, IGoals } from './goals';
import { type AnalystTab, TabBar, TabPanel } from './Tabs';
import { useAgents } from '../agents/useAgents';
import { useAttributes } from '../attributes/useAttributes';
import { useFindings } from './useFindings';
import { useViewToggles } from '../core/filters/useViewToggles';

interface IProps {
  readonly model: IWorkspaceModel;
  readonly context: IPanelContext;
  readonly goals: IGoals;
}

const KINDS = ['analyse', 'recheck', 'agent'] as const;

/** Findings, chat and visual attributes of one workspace's dataset. */
export function AnalystPanel(props: IProps): JSX.Element {
  const { model, context } = props;
  const { client, trans } = context;
  const dataset = useStore(model.store, state => state.dataset);
  const evaluations = useEvaluations(
    model,
    client,
    useAnalysed(client, dataset)
  );
  const { lists, detail, error, reload } = evaluations;
  const evaluation = detail?.evaluation ?? null;
  const findings = useFindings(model, client, evaluation);
  const making = usePanelJob<IAnalysisJobs>(
    client,
    client.analysis,
    dataset,
    KINDS,
    findings.reload
  );
  const agents = useAgents(client, dataset, making.job);
  const attributes = useAttributes(model, client);
  const { answer: settings } = useAnswer('settings', () =>
    client.analysis.agentSettings()
  );
  const toggles = useViewToggles(model, context);
  const [tab, setTab] = React.useState<AnalystTab>('findings');
  const goal = useGoal(props, evaluations, () => setTab('findings'));
  const toFinding = (finding: string): void => {
    setTab('findings');
    setTimeout(() =>
      document
        .querySelector<HTMLElement>(`[data-finding="${finding}"] .vl-button`)
        ?.focus()
    );
  };
  return (
    <div
      className="vl-analyst-body"
      tabIndex={-1}
      aria-busy={lists === null && !error}
    >
      <div
        className="vl-toolbar"
        role="toolbar"
        aria-label={trans.__('Analyst')}
      >
        <HeaderLine model={model} trans={trans} />
        <TabBar tab={tab} onTab={setTab} trans={trans} />
      </div>
      {error && <ErrorBox error={error} trans={trans} onRetry={reload} />}
      <TabPanel name="findings" tab={tab}>
        {detail && lists ? (
          <FindingsTab
            {...props}
            evaluations={lists.evaluations}
            evaluation={detail}
            onEvaluation={evaluations.choose}
            findings={findings}
            attributes={attributes.attributes ?? []}
            agents={agents}
            settings={settings}
            making={making}
            toggles={toggles}
            goal={goal}
          />
        ) : (
          <NothingEvaluated context={context} evaluations={evaluations} />
        )}
      </TabPanel>
      <TabPanel name="chat" tab={tab}>
        <ChatTab
          {...props}
          evaluation={evaluation}
          agents={agents}
          settings={settings}
          making={making}
          toggles={toggles}
          onFinding={toFinding}
          onStatistics={() => setTab('findings')}
        />
      </TabPanel>
      <TabPanel name="attributes" tab={tab}>
        <AttributesTab
          model={model}
          context={context}
          attributes={attributes}
        />
      </TabPanel>
    </div>
  );
}

/** The evaluation that was analysed last, '': none was, null: not known yet. */
function useAnalysed(
  client: Pick<IClient, 'analysis'>,
  dataset: string
): string | null {
  const { answer, error } = useAnswer(`analyses of ${dataset}`, signal =>
    client.analysis.analyses(dataset, null, signal)
  );
  return answer ? (answer[0]?.evaluation ?? '') : error && '';
}

const NO_REQUEST: IGoal = {};

/** What commands ask for, taken once the evaluation that it is about is shown. */
function useGoal(
  { goals }: IProps,
  { lists, detail, choose }: IEvaluations,
  onWish: () => void
): IGoal {
  const [asked, setAsked] = React.useState<IGoal | null>(() => goals.take());
  const [goal, setGoal] = React.useState<IGoal>(NO_REQUEST);
  const latest = React.useRef(onWish);
  latest.current = onWish;
  React.useEffect(() => {
    const take = (): void => setAsked(goals.take());
    goals.changed.connect(take);
    return () => void goals.changed.disconnect(take);
  }, [goals]);
  const isLoaded = lists !== null;
  React.useEffect(() => {
    if (asked?.evaluation && isLoaded) {
      choose(asked.evaluation);
    }
  }, [asked, isLoaded, choose]);
  const shown = detail?.evaluation;
  React.useEffect(() => {
    const isShown =
      shown !== undefined &&
      (asked?.evaluation === undefined || asked.evaluation === shown);
    if (asked && isShown) {
      setAsked(null);
      setGoal(asked);
      latest.current();
    }
  }, [asked, shown]);
  return goal;
}

/** Without an evaluation there are no errors to look at. */
function NothingEvaluated(props: {
  context: IPanelContext;
  evaluations: IEvaluations;
}): JSX.Element | null {
  const { context, evaluations } = props;
  const { commands, trans } = context;
  const { lists, error } = evaluations;
  if (lists === null || lists.evaluations.length > 0) {
    return error ? null : (
      <p className="vl-empty vl-quiet">{trans.__('Loading…')}</p>
    );
  }
  const hasRuns = lists.runs.length > 0;
  return (
    <div className="vl-empty">
      <h3>
        {hasRuns
          ? trans.__('Nothing was evaluated yet.')
          : trans.__('There are no predictions yet.')}
      </h3>
      <p className="vl-quiet">
        {hasRuns
          ? trans.__(
              'Evaluate a run; then the analyst looks for what its errors have in common.'
            )
          : trans.__(
              'Add what a model predicts and evaluate it; then the analyst looks for what its errors have in common.'
            )}
      </p>
      <Button
        kind="primary"
        onClick={() => void commands.execute(CommandIDs.openEvaluation)}
      >
        {trans.__('Open the evaluation')}
      </Button>
    </div>
  );
}
