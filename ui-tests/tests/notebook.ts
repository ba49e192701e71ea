/** A notebook's cells through its model: whatever of it is on the screen, and without typing. */
import { expect, type IJupyterLabPageFixture } from '@jupyterlab/galata';

export class Notebook {
  constructor(
    private readonly _page: IJupyterLabPageFixture,
    private readonly _path: string
  ) {}

  /** Upload it with one cell; it names its kernel, so that Lab does not ask. */
  async create(source: string): Promise<void> {
    const content = {
      cells: [
        {
          cell_type: 'code',
          execution_count: null,
          id: 'setup',
          metadata: {},
          outputs: [],
          source
        }
      ],
      metadata: {
        kernelspec: {
          display_name: 'Python 3',
          language: 'python',
          name: 'python3'
        }
      },
      nbformat: 4,
      nbformat_minor: 5
    };
    await this._page.contents.uploadContent(
      JSON.stringify(content),
      'text',
      this._path
    );
  }

  /** Open or reveal it, and wait for its kernel. */
  async open(): Promise<void> {
    await this._page.evaluate(async path => {
      const panel = await window.jupyterapp.commands.execute(
        'docmanager:open',
        { path, factory: 'Notebook' }
      );
      window.jupyterapp.shell.activateById(panel.id);
      await panel.context.ready;
      await panel.sessionContext.ready;
    }, this._path);
  }

  async count(): Promise<number> {
    await this.open();
    return this._page.evaluate(
      () =>
        (window.jupyterapp.shell.currentWidget as any).content.model.cells
          .length
    );
  }

  /** Append a cell; returns its index. */
  async append(code: string): Promise<number> {
    await this.open();
    return this._page.evaluate(source => {
      const { model } = (window.jupyterapp.shell.currentWidget as any).content;
      model.sharedModel.addCell({ cell_type: 'code', source });
      return model.cells.length - 1;
    }, code);
  }

  /** Start a cell and do not wait for it. */
  async start(index: number): Promise<void> {
    await this.open();
    await this._page.evaluate(async at => {
      const { content } = window.jupyterapp.shell.currentWidget as any;
      content.deselectAll();
      content.activeCellIndex = at;
      const running = ((window as any).vlRunning ??= new Set<number>());
      running.add(at);
      void window.jupyterapp.commands
        .execute('notebook:run-cell')
        .finally(() => running.delete(at));
    }, index);
  }

  async isRunning(index: number): Promise<boolean> {
    return (await this._state(index)).running;
  }

  /** Wait until a cell has run; returns what it printed or showed as text. */
  async finished(index: number): Promise<string> {
    await expect
      .poll(async () => this.isRunning(index), { timeout: 90_000 })
      .toBe(false);
    return (await this._state(index)).text;
  }

  /** Run a cell and return what it printed or showed as text. */
  async run(index: number): Promise<string> {
    await this.start(index);
    return this.finished(index);
  }

  /** Run code in a new last cell. */
  async runCode(code: string): Promise<string> {
    return this.run(await this.append(code));
  }

  private async _state(
    index: number
  ): Promise<{ running: boolean; text: string }> {
    return this._page.evaluate(
      ([path, at]) => {
        const panel = [...window.jupyterapp.shell.widgets('main')].find(
          widget => (widget as any).context?.path === path
        ) as any;
        const cell = panel.content.widgets[at as number];
        const outputs = cell.model.outputs.toJSON() as any[];
        const text = outputs
          .map(
            output => output.text ?? output.data?.['text/plain'] ?? output.ename
          )
          .flat()
          .join('');
        return {
          running: (window as any).vlRunning?.has(at) ?? false,
          text: text.trim()
        };
      },
      [this._path, index] as const
    );
  }
}
