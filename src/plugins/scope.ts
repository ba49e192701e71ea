/** On which samples something runs. */
import type { IExamples } from '../core/plugins/commands/commandTarget';
import type { IWorkspaceState } from '../core/workspace/types';
import type { IOperatorRequest } from './client';

export type Extent = 'chosen' | 'view' | 'dataset';

/** What was clicked on or is selected, with the rest of what can be meant. */
export interface IScope {
  readonly chosen: IExamples | undefined;
  /** Whether it was clicked on and is not selected. */
  readonly pointed: boolean;
  readonly state: IWorkspaceState;
}

/** How many samples, or annotations of them, each extent has. */
export function countsOf({ chosen, state }: IScope): Record<Extent, number> {
  return {
    chosen: chosen?.ids.length ?? 0,
    view: state.ids.length,
    dataset: state.detail?.samples ?? 0
  };
}

export function requestedBy(
  extent: Extent,
  { chosen, state }: IScope
): Pick<IOperatorRequest, 'view' | 'ids'> {
  switch (extent) {
    case 'dataset':
      return {};
    case 'view':
      return { view: state.shown };
    default:
      return {
        view: { ...state.shown, level: chosen!.level },
        ids: [...chosen!.ids]
      };
  }
}
