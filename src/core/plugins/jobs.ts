/** Jobs: progress in the status bar, and a panel with all of them below the main area. */
import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { IStatusBar } from '@jupyterlab/statusbar';
import { CommandIDs, DATASETS_ID } from '../tokens';
import { NO_ARGS } from './commands/args';
import { ICore } from './core';
import { jobsIcon } from './icons';
import type { JobStatus } from './jobStatus';
import { LazyPanel } from './panels/lazyPanel';

const PANEL_ID = 'visionlens-jobs';

export const jobsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'visionlens-jlab:jobs',
  description: 'Shows the progress of jobs.',
  requires: [ICore],
  optional: [IStatusBar],
  autoStart: true,
  activate: (
    app: JupyterFrontEnd,
    core: ICore,
    statusBar: IStatusBar | null
  ) => {
    const { jobs, trans, commands } = core;
    let panel: LazyPanel | null = null;

    const create = (): LazyPanel => {
      const created = new LazyPanel({
        trans,
        load: async () => (await import('../jobs')).createJobsPanel(jobs, core)
      });
      created.id = PANEL_ID;
      created.title.label = trans.__('VisionLens jobs');
      created.title.icon = jobsIcon;
      created.title.closable = true;
      created.disposed.connect(() => {
        panel = null;
      });
      app.shell.add(created, 'down', { type: 'VisionLens' });
      return created;
    };
    commands.addCommand(CommandIDs.showJobs, {
      label: trans.__('Show Jobs'),
      caption: trans.__('Running and finished jobs with their logs'),
      icon: jobsIcon,
      describedBy: NO_ARGS,
      execute: () => {
        panel ??= create();
        app.shell.activateById(PANEL_ID);
      }
    });
    core.offer(CommandIDs.showJobs);

    // What is said of jobs is loaded with the first of them.
    let status: Promise<JobStatus> | null = null;
    const withStatus = (work: (loaded: JobStatus) => void): void => {
      status ??= import('./jobStatus').then(
        ({ JobStatus }) => new JobStatus(core, statusBar)
      );
      status.then(work).catch(reason => {
        status = null;
        console.warn('VisionLens: no progress of jobs', reason);
      });
    };
    const isSeen = (): boolean =>
      panel?.isVisible ||
      [...app.shell.widgets('left')].some(
        widget => widget.id === DATASETS_ID && widget.isVisible
      );
    jobs.changed.connect(() => {
      if (status === null && jobs.active.length > 0) {
        withStatus(() => undefined);
      }
    });
    jobs.ended.connect((_, job) => {
      if (!isSeen() || jobs.kinds.has(job.kind)) {
        withStatus(loaded => loaded.notifyEnded(job));
      }
    });
    // A job may have been started before this page was opened.
    void app.restored
      .then(() => jobs.refresh())
      .catch(reason => console.warn('VisionLens: no list of jobs', reason));
  }
};
