/** A tab of the main area that shows a workspace. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import type { Widget } from '@lumino/widgets';
import type { IPanelContext } from '../client/context';
import type { ICore } from './core';
import type { IWorkspaces } from '../tokens';
import type { IWorkspaceModel } from '../workspace/types';
import {
  duplicatesIcon,
  evaluationIcon,
  gridIcon,
  mapIcon,
  sampleIcon
} from './icons';
import { LazyPanel } from './lazyPanel';

export type PanelKind = 'grid' | 'sample' | 'map' | 'duplicates' | 'evaluation';

const ICONS = {
  grid: gridIcon,
  sample: sampleIcon,
  map: mapIcon,
  duplicates: duplicatesIcon,
  evaluation: evaluationIcon
};

export interface IWorkspacePanelOptions {
  readonly kind: PanelKind;
  readonly dataset: string;
  readonly workspace: string;
  readonly workspaces: IWorkspaces;
  readonly context: ICore;
}

export class WorkspacePanel extends LazyPanel {
  constructor(options: IWorkspacePanelOptions) {
    const { kind, dataset, workspace, context } = options;
    super({ trans: context.trans, load: () => this._create(options) });
    this.kind = kind;
    this.slug = dataset;
    this._workspace = workspace;
    this.id = `visionlens-${kind}-${workspace}`;
    this.title.icon = ICONS[kind];
    this.title.label = label(kind, dataset, context.trans);
    this.title.closable = true;
  }

  readonly kind: PanelKind;
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
    const { kind, dataset, workspaces, context } = options;
    const opened = workspaces.open({ dataset, workspace: this._workspace });
    const [model, create, uploadBar] = await Promise.all([
      opened,
      factory(kind),
      kind === 'grid' ? this._uploadBar(opened, dataset, context) : null
    ]);
    if (this._workspace !== model.server.workspace) {
      this._workspace = model.server.workspace;
      this.workspaceChanged.emit();
    }
    this._follow(model, context.trans);
    const panel = create(model, context);
    return uploadBar === null ? [panel] : [panel, uploadBar];
  }

  private async _uploadBar(
    opened: Promise<IWorkspaceModel>,
    dataset: string,
    core: ICore
  ): Promise<Widget> {
    const [{ createUploadBar }, { searchByFile }, uploads] = await Promise.all([
      import('../uploads/gridUploads'),
      import('./searchByFile'),
      core.uploads()
    ]);
    return createUploadBar(
      this,
      dataset,
      uploads,
      core.trans,
      image => void opened.then(model => searchByFile(core, model, image))
    );
  }

  /** The tab carries the dataset's name as soon as it is known. */
  private _follow(model: IWorkspaceModel, trans: TranslationBundle): void {
    const rename = (): void => {
      const name = model.store.getState().detail?.name ?? this.slug;
      this.title.label = label(this.kind, name, trans);
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

/** Load the code of a panel that will be opened; what fails is told when it is. */
export function preload(kind: PanelKind): void {
  Promise.all([
    factory(kind),
    import('./panelStyles'),
    import('../workspace/store'),
    import('../filters'),
    import('../uploads/gridUploads')
  ]).catch(() => undefined);
}

async function factory(
  kind: PanelKind
): Promise<(model: IWorkspaceModel, context: IPanelContext) => Widget> {
  switch (kind) {
    case 'grid':
      return (await import('../grid')).createGridPanel;
    case 'map':
      return (await import('../map')).createMapPanel;
    case 'duplicates':
      return (await import('../duplicates')).createDuplicatesPanel;
    case 'evaluation':
      return (await import('../evaluation')).createEvaluationPanel;
    default:
      return (await import('../sample')).createSamplePanel;
  }
}

function label(
  kind: PanelKind,
  name: string,
  trans: TranslationBundle
): string {
  switch (kind) {
    case 'grid':
      return trans.__('Grid — %1', name);
    case 'map':
      return trans.__('Map — %1', name);
    case 'duplicates':
      return trans.__('Duplicates — %1', name);
    case 'evaluation':
      return trans.__('Evaluation — %1', name);
    default:
      return trans.__('Sample — %1', name);
  }
}
