import type { IAgentSettings } from '../agents/client';
import type { IAgents } from '../agents/useAgents';
import type { IAttribute } from '../attributes/client';
import type { IPanelContext } from '../core/client/context';
import type { IViewToggles } from '../core/filters/useViewToggles';
import type { IPanelJob } from '../core/jobs/usePanelJob';
import type { IWorkspaceModel } from '../core/workspace/types';
import type { IEvaluation } from '../evaluation/client';
import type { IAnalysisJobs } from './client';
import type { IGoal } from './goals';
import type { IFindings } from './useFindings';

/** What the tab of findings is given. */
export interface IFindingsProps {
  readonly model: IWorkspaceModel;
  readonly context: IPanelContext;
  /** Newest first. */
  readonly evaluations: readonly IEvaluation[];
  readonly evaluation: IEvaluation;
  readonly onEvaluation: (name: string) => void;
  readonly findings: IFindings;
  readonly attributes: readonly IAttribute[];
  readonly agents: IAgents;
  readonly settings: IAgentSettings | null;
  readonly making: IPanelJob<IAnalysisJobs>;
  readonly toggles: IViewToggles;
  /** What a command asked for; a new object is a new request. */
  readonly goal: IGoal;
}
