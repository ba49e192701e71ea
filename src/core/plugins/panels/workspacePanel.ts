/** A tab of the main area that shows a workspace. */
import type { WidgetTracker } from '@jupyterlab/apputils';
import type { LabIcon } from '@jupyterlab/ui-components';
import { Signal } from '@lumino/signaling';
import type { Widget } from '@lumino/widgets';
import type { IWorkspaceContext } from '../../client/context';
import { signedOutOf } from '../../jobs/signedOut';
import type { ICore } from '../core';
import type { IWorkspaces } from '../../tokens';
import type { IWorkspaceModel } from '../../workspace/types';
import { LazyPanel } from './lazyPanel';

export type PanelFactory = (
  model: IWorkspaceModel,
  context: IWorkspaceContext,
  part: string
) => Widget;

/** A kind of panel that shows a workspace, as the core or a capability declares it. */
export interface IPanelType {
  readonly kind: string;
  /** The command that opens it, with its texts. */
  readonly command: string;
  readonly label: string;
  readonly caption: string;
  readonly icon: LabIcon;
  /** Each shows one of several things, named by the argument `part`. */
  readonly parts?: boolean;
  /** The title of a tab. */
  readonly title: (dataset: string, part: string) => string;
  /** CSS pixels below which it cannot be read. */
  readonly minimumWidth: number;
  /** Whether it opens at the right of the panel it is looked at with. */
  readonly splitRight?: boolean;
  /** Loads its code. */
  readonly load: () => Promise<PanelFactory>;
}

/** Makes what a capability puts below the panels of a kind. */
export type BelowFactory = (
  panel: Widget,
  dataset: string,
  model: Promise<IWorkspaceModel>
) => Promise<Widget>;

export interface IWorkspacePanelOptions {
  readonly type: IPanelType;
  /** What stands below it. */
  readonly below: readonly BelowFactory[];
  readonly dataset: string;
  readonly workspace: string;
  readonly part: string;
  readonly workspaces: IWorkspaces;
  readonly context: ICore;
}

export class WorkspacePanel extends LazyPanel {
  constructor(options: IWorkspacePanelOptions) {
    const { type, dataset, workspace, part, context } = options;
    super({ trans: context.trans, load: () => this._create(options) });
    this.type = type;
    this.minimumWidth = type.minimumWidth;
    this.slug = dataset;
    this._workspace = workspace;
    this.part = part;
    this.id = `visionlens-${type.kind}${part}-${workspace}`;
    this.title.icon = type.icon;
    this.title.label = type.title(dataset, part);
    this.title.closable = true;
  }

  readonly type: IPanelType;
  readonly minimumWidth: number;
  readonly part: string;
  /** The dataset. */
  readonly slug: string;
  /** The server had forgotten the workspace and gave another. */
  readonly workspaceChanged = new Signal<this, void>(this);

  get workspace(): string {
    return this._workspace;
  }

  dispose(): void {
    this._unsubscribe?.();
    super.dispose();
  }

  private async _create(
    options: IWorkspacePanelOptions
  ): Promise<[Widget, ...Widget[]]> {
    const { type, dataset, workspaces, context } = options;
    const opened = workspaces.open({ dataset, workspace: this._workspace });
    const [model, create, ...below] = await Promise.all([
      opened,
      type.load(),
      ...options.below.map(make => make(this, dataset, opened))
    ]);
    if (this._workspace !== model.server.workspace) {
      this._workspace = model.server.workspace;
      this.workspaceChanged.emit();
    }
    this._follow(model);
    const given = { ...context, signedOut: signedOutOf(context.jobs) };
    return [create(model, given, this.part), ...below];
  }

  /** The tab carries the dataset's name as soon as it is known. */
  private _follow(model: IWorkspaceModel): void {
    const rename = (): void => {
      const name = model.store.getState().detail?.name ?? this.slug;
      this.title.label = this.type.title(name, this.part);
      this.title.caption = name;
    };
    this._unsubscribe?.();
    this._unsubscribe = model.store.subscribe((state, before) => {
      if (state.detail !== before.detail) {
        rename();
      }
    });
    rename();
  }

  private _workspace: string;
  private _unsubscribe: (() => void) | null = null;
}

/** The kinds of panels that there are, as who opens them needs them. */
export interface IPanelKinds {
  /** What stands below each panel of a kind. */
  below(kind: string): readonly BelowFactory[];
  /** The open panels of a kind. */
  tracker(kind: string): WidgetTracker<WorkspacePanel>;
}

/** Load the code of a panel that will be opened; what fails is told when it is. */
export function preload(type: IPanelType): void {
  Promise.all([
    type.load(),
    import('./panelStyles'),
    import('../../client/requests'),
    import('../../workspace/store'),
    import('../../filters')
  ]).catch(() => undefined);
}
