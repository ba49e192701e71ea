/** What is said of jobs outside their panel: a line in the status bar, a notification at the end. */
import { Notification } from '@jupyterlab/apputils';
import type { IStatusBar } from '@jupyterlab/statusbar';
import type { IJob } from '../client/types';
import { jobTitle, stateLabel } from '../jobs/describe';
import { JobStatusItem } from '../jobs/statusItem';
import { CommandIDs } from '../tokens';
import type { ICore } from './core';
import './panels/statusStyles';

export class JobStatus {
  constructor(
    private readonly _core: ICore,
    statusBar: IStatusBar | null
  ) {
    const { jobs, trans } = _core;
    const item = new JobStatusItem(jobs, trans, this._showJobs);
    statusBar?.registerStatusItem('visionlens-jlab:job', {
      item,
      align: 'left',
      rank: 51,
      isActive: () => item.isActive,
      activeStateChanged: jobs.changed
    });
  }

  /** Notify about a job that ended. */
  notifyEnded(job: IJob): void {
    const { jobs, trans } = this._core;
    const kind = job.state === 'done' ? jobs.kinds.get(job.kind) : undefined;
    if (kind) {
      void kind.notifyDone(job);
      return;
    }
    const line = `${jobTitle(job, trans)}: ${stateLabel(job, trans)}.`;
    Notification.emit(
      `${line} ${job.error?.message ?? ''}`.trim(),
      job.state === 'failed' ? 'error' : 'success',
      {
        autoClose: 6000,
        actions: [{ label: trans.__('Show jobs'), callback: this._showJobs }]
      }
    );
  }

  private readonly _showJobs = (): void => {
    void this._core.commands.execute(CommandIDs.showJobs);
  };
}
