/** What plugins contribute, in menus and palette: made anew whenever something of them changes. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { ICommandPalette } from '@jupyterlab/apputils';
import type { RankedMenu } from '@jupyterlab/ui-components';
import { Menu, MenuBar } from '@lumino/widgets';
import type { ICore } from '../core/plugins/core';
import {
  commandOf,
  entriesOf,
  type IEntry,
  type InstalledPlugins
} from './installed';

const MENU = 'jp-mainmenu-visionlens';
/** Behind the searches, which act on view and selection as well. */
const RANK = 42.45;
/** In the grid's context menu, before undo and redo. */
const CONTEXT_RANK = 3.5;
/** How often files and packages are looked at while nobody looks at the panel (milliseconds). */
const INTERVAL = 10_000;

export class Entries {
  constructor(
    private readonly _app: JupyterFrontEnd,
    private readonly _core: ICore,
    private readonly _installed: InstalledPlugins,
    private readonly _palette: ICommandPalette | null
  ) {}

  /** Keep them as the plugins are, for as long as the page is open. */
  follow(): void {
    const { store } = this._installed;
    store.subscribe((state, before) => {
      if (state.list !== before.list) {
        this._make(entriesOf(state.list));
      }
    });
    this._make(entriesOf(store.getState().list));
    this._installed.watch(INTERVAL);
    // A file saved here, or elsewhere before the page is looked at again.
    const { contents } = this._app.serviceManager;
    contents?.fileChanged.connect((_, { newValue }) => {
      if (newValue?.path?.endsWith('.py')) {
        void this._installed.refresh();
      }
    });
    window.addEventListener('focus', () => void this._installed.refresh());
  }

  private _make(entries: readonly IEntry[]): void {
    this._made.forEach(each => each.dispose());
    this._made = [];
    if (entries.length === 0) {
      return;
    }
    const menu = [...this._app.shell.widgets('menu')]
      .flatMap(widget => (widget instanceof MenuBar ? widget.menus : []))
      .find(({ id }) => id === MENU) as RankedMenu | undefined;
    if (menu) {
      const submenu = this._submenu(entries, false);
      this._made.push(menu.addItem({ type: 'submenu', submenu, rank: RANK }));
    }
    this._made.push(
      this._app.contextMenu.addItem({
        type: 'submenu',
        submenu: this._submenu(entries, true),
        selector: '.vl-grid',
        rank: CONTEXT_RANK
      })
    );
    const category = this._core.trans.__('VisionLens plugins');
    for (const entry of entries) {
      const item = this._palette?.addItem({
        ...commandOf(entry),
        category
      });
      if (item) {
        this._made.push(item);
      }
    }
  }

  private _submenu(entries: readonly IEntry[], here: boolean): Menu {
    const menu = new Menu({ commands: this._core.commands });
    menu.id = here ? `${MENU}-plugins-here` : `${MENU}-plugins`;
    menu.title.label = this._core.trans.__('Plugins');
    menu.title.mnemonic = 0;
    for (const entry of entries) {
      menu.addItem(commandOf(entry, here));
    }
    this._made.push(menu);
    return menu;
  }

  private _made: { dispose(): void }[] = [];
}
