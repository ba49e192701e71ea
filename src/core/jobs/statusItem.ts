/** The status bar's line about the job that runs; plain elements, since it is there from the start. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import { fraction, jobTitle, progressLine } from './describe';
import type { IJobs } from './tracker';

export class JobStatusItem extends Widget {
  constructor(
    private readonly _jobs: IJobs,
    private readonly _trans: TranslationBundle,
    private readonly _onClick: () => void
  ) {
    super({ node: document.createElement('button') });
    this.addClass('vl-job-status');
    this._bar.className = 'vl-progress';
    this._bar.append(document.createElement('span'));
    this.node.append(this._title, this._bar, this._detail);
    this.node.title = _trans.__('Show the jobs');
    _jobs.changed.connect(this.update, this);
    this.update();
  }

  /** Whether there is anything to show. */
  get isActive(): boolean {
    return this._jobs.active.length > 0;
  }

  handleEvent(event: Event): void {
    if (event.type === 'click') {
      this._onClick();
    }
  }

  protected onAfterAttach(): void {
    this.node.addEventListener('click', this);
  }

  protected onBeforeDetach(): void {
    this.node.removeEventListener('click', this);
  }

  protected onUpdateRequest(_: Message): void {
    // The oldest is the one that runs; the others wait behind it.
    const { active } = this._jobs;
    const job = active[active.length - 1];
    if (!job) {
      return;
    }
    const share = fraction(job);
    const more = active.length - 1;
    this._title.textContent = jobTitle(job, this._trans);
    this._detail.textContent =
      progressLine(job, this._trans) +
      (more > 0 ? ` · ${this._trans.__('%1 more', more)}` : '');
    this._bar.classList.toggle('vl-mod-unknown', share === null);
    (this._bar.firstElementChild as HTMLElement).style.width =
      `${100 * (share ?? 0)}%`;
  }

  private readonly _title = document.createElement('span');
  private readonly _bar = document.createElement('span');
  private readonly _detail = document.createElement('span');
}
