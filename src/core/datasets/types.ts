import type { ISignal } from '@lumino/signaling';
import type * as React from 'react';
import type { IPanelContext } from '../client/context';
import type { IServerEvents } from '../client/events';
import type { IDatasetInfo, IJob } from '../client/types';
import type { IJobs } from '../jobs/tracker';

/** What the datasets panel works with, beside what every panel is given. */
export interface IDatasetsContext extends IPanelContext {
  readonly events: IServerEvents;
  readonly jobs: IJobs;
  /** The form to add a dataset. */
  readonly form: IFormState;
}

declare module '../client/context' {
  interface ISlotProps {
    /** The form that adds a dataset. */
    readonly 'add-dataset': {
      readonly context: IDatasetsContext;
      /** Folder or file to begin with; empty: none. */
      readonly source: string;
      readonly onStarted: (job: IJob) => void;
      readonly onCancel: () => void;
    };
    /** Above the datasets: what is on its way to them. */
    readonly datasets: { readonly context: IDatasetsContext };
    /** At the foot of a dataset's card. */
    readonly 'dataset-card': {
      readonly context: IDatasetsContext;
      readonly info: IDatasetInfo;
      /** The whole card. */
      readonly card: React.RefObject<HTMLElement>;
      /** Whether its ingest ended while the panel was open. */
      readonly isFresh: boolean;
    };
  }
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
