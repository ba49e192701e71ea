import type { IPanelContext } from '../core/client/context';
import type { IViewToggles } from '../core/filters/useViewToggles';
import type { IPanelJob } from '../core/jobs/usePanelJob';
import type { IWorkspaceModel } from '../core/workspace/types';
import type { IAgentJobs, IAgentSettings } from './client';
import type { IAgents } from './useAgents';

/** What the tab of the chat is given. */
export interface IChatProps {
  readonly model: IWorkspaceModel;
  readonly context: IPanelContext;
  /** What questions about errors are about; null: nothing was evaluated. */
  readonly evaluation: string | null;
  readonly agents: IAgents;
  readonly settings: IAgentSettings | null;
  /** The agent's job, and how one is started. */
  readonly making: Pick<IPanelJob<IAgentJobs>, 'job' | 'running' | 'error'> & {
    start(kind: 'agent', parameters: IAgentJobs['agent']): Promise<boolean>;
  };
  readonly toggles: IViewToggles;
  readonly onFinding: (finding: string) => void;
  /** Where statistics answer without a model. */
  readonly onStatistics: () => void;
}
