/** Our panels in Lab's main area, and the room that each of them has. */
import type { ILabShell, JupyterFrontEnd } from '@jupyterlab/application';
import type { Widget } from '@lumino/widgets';
import {
  type Area,
  mergeTabs,
  type IPlace,
  type IFittingPlace,
  findPlace
} from './panelLayout';
import { WorkspacePanel } from './workspacePanel';

/** Where a panel is wanted. */
export interface IPlaceRequest extends Partial<IPlace> {
  /** False: the keyboard stays where it is. */
  readonly activate?: boolean;
}

export class MainArea {
  /** `lab`: null where the application is no JupyterLab; then Lab's own places do. */
  constructor(
    private readonly _shell: JupyterFrontEnd.IShell,
    private readonly _lab: ILabShell | null
  ) {
    _lab?.activeChanged.connect((_, { newValue }) => {
      if (newValue instanceof WorkspacePanel) {
        this._used(newValue);
      }
    });
    // A sidebar that opens takes room, and so does a window that shrinks.
    _lab?.layoutModified.connect(() => this._keepRoom());
  }

  /** Our open panels, the one used last first. */
  get panels(): readonly WorkspacePanel[] {
    return this._panels;
  }

  /** Show a new panel where everything can be read. */
  add(panel: WorkspacePanel, request: IPlaceRequest): void {
    panel.node.style.minWidth = `${panel.minimumWidth}px`;
    const { merged, ...place } = this._findPlace(panel, request);
    merged.forEach(each => this._put(each, place, false));
    this._put(panel, place, request.activate ?? true);
    this._used(panel);
    panel.disposed.connect(() => {
      this._panels = this._panels.filter(each => each !== panel);
    });
  }

  /** As asked, beside what it is looked at with, or as a tab. */
  private _findPlace(
    panel: WorkspacePanel,
    { ref, mode }: IPlaceRequest
  ): IFittingPlace {
    const partner = this._panels.find(
      ({ workspace }) => workspace === panel.workspace
    );
    const request: IPlace = {
      ref: ref ?? partner?.id,
      mode:
        mode ?? (panel.type.splitRight && partner ? 'split-right' : 'tab-after')
    };
    const area = this._area();
    return area === undefined
      ? { ...request, merged: [] }
      : findPlace(panel, area, this._width(), [request], this._panels);
  }

  /** Make tabs of our panels where they no longer fit beside each other. */
  private _keepRoom(): void {
    const area = this._area();
    if (area === undefined || this._panels.length === 0 || !this._isCut()) {
      return;
    }
    const front = this._panels.filter(({ isVisible }) => isVisible)[0];
    const { host, moved } = mergeTabs(area, 0, this._panels);
    moved.forEach(each =>
      this._put(each, { ref: host?.id, mode: 'tab-after' }, false)
    );
    if (front) {
      this._shell.activateById(front.id);
    }
  }

  private _put(panel: Widget, place: IPlace, activate: boolean): void {
    const options = { ...place, activate, type: 'VisionLens' };
    this._shell.add(panel, 'main', options);
  }

  private _used(panel: WorkspacePanel): void {
    this._panels = [panel, ...this._panels.filter(each => each !== panel)];
  }

  /** undefined: tabs have no place of their own, for Lab shows one at a time. */
  private _area(): Area | undefined {
    return this._lab?.mode === 'multiple-document'
      ? (this._lab.saveLayout().mainArea?.dock?.main ?? null)
      : undefined;
  }

  /** Of the main area, without its padding, in CSS pixels. */
  private _width(): number {
    const dock = this._dock();
    if (dock === null) {
      return Infinity;
    }
    const { paddingLeft, paddingRight } = window.getComputedStyle(dock);
    return (
      dock.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight)
    );
  }

  /** Whether the page is too narrow for what stands beside each other in it. */
  private _isCut(): boolean {
    const node = this._lab?.node;
    return !!node && node.scrollWidth > document.documentElement.clientWidth;
  }

  private _dock(): HTMLElement | null {
    return this._lab?.node.querySelector('#jp-main-dock-panel') ?? null;
  }

  private _panels: readonly WorkspacePanel[] = [];
}
