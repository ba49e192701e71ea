import { ReactWidget } from '@jupyterlab/ui-components';
import type { Widget } from '@lumino/widgets';
import * as React from 'react';
import type { IPanelContext } from '../client/context';
import { JobsPanel } from './JobsPanel';
import type { IJobs } from './tracker';

/** The panel with all jobs, their logs and cancel buttons. */
export function createJobsPanel(jobs: IJobs, context: IPanelContext): Widget {
  const widget = ReactWidget.create(
    <JobsPanel jobs={jobs} context={context} />
  );
  widget.addClass('vl-panel');
  widget.addClass('vl-jobs');
  return widget;
}
