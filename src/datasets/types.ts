import type { ISignal } from '@lumino/signaling';
import type { IPanelContext } from '../client/context';
import type { IServerEvents } from '../client/events';
import type { IJobs } from '../jobs/tracker';

/** What the datasets panel works with, beside what every panel is given. */
export interface IDatasetsContext extends IPanelContext {
  readonly events: IServerEvents;
  readonly jobs: IJobs;
  /** Whether the form to add a dataset is open. */
  readonly form: IFormState;
}

/** The form opens from the panel's button, and by command before the panel is loaded. */
export interface IFormState {
  open: boolean;
  readonly changed: ISignal<IFormState, void>;
}
