/** Shapes of the REST API: runs of agents. */
import type { components } from '../core/client/schema';

type Schemas = components['schemas'];

export type IClaim = Schemas['Claim'];
export type IAgentRun = Schemas['AgentRun'];
export type IAgentStep = Schemas['AgentStep'];
export type IAgentAnswer = Schemas['AgentAnswer'];
export type IAgentSettings = Schemas['AgentSettings'];
export type AgentName = IAgentRun['agent'];

/** Of a job of one of these kinds: what it is asked for, without the dataset. */
export interface IAgentJobs {
  agent: Partial<Omit<Schemas['AskRequest'], 'dataset'>>;
}
