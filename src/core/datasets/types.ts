import type { ISignal } from '@lumino/signaling';
import type { IPanelContext } from '../client/context';
import type { IServerEvents } from '../client/events';
import type { IJobs } from '../jobs/tracker';
import type { IUploads } from '../../ingestion/uploads/types';

/** What the datasets panel works with, beside what every panel is given. */
export interface IDatasetsContext extends IPanelContext {
  readonly events: IServerEvents;
  readonly jobs: IJobs;
  readonly uploads: IUploads;
  /** The form to add a dataset. */
  readonly form: IFormState;
}

/** The form opens from the panel's button, and by command before the panel is loaded. */
export interface IFormState {
  /** What the form begins with; the same object until it is opened anew. Null: it is closed. */
  readonly request: { readonly source: string } | null;
  readonly changed: ISignal<IFormState, void>;
  /** Open it, filled in with a folder or file. */
  open(source?: string): void;
  close(): void;
}
