import type { IPanelContext } from '../core/client/context';
import type { IViewToggles } from '../core/filters/useViewToggles';
import type { IAttribute } from '../attributes/client';
import type { IFinding, IFindingChange } from './client';

/** What a finding's card is given. */
export interface ICardProps {
  readonly context: IPanelContext;
  readonly dataset: string;
  /** The dataset as notebooks name it. */
  readonly name: string;
  readonly finding: IFinding;
  /** Value at the right end of the effect bars. */
  readonly scale: number;
  /** Visual attributes of the dataset, with their calibrations. */
  readonly attributes: readonly IAttribute[];
  readonly toggles: IViewToggles;
  readonly onChange: (change: IFindingChange) => void;
  readonly onDelete: () => void;
  readonly onVerify: () => void;
  /** Null: a check runs already. */
  readonly onRecheck: (() => void) | null;
}
