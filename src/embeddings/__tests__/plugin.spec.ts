import { Notification } from '@jupyterlab/apputils';
import type { IEmbeddingSpace } from '../client';
import type { Level } from '../../core/client/types';
import { fakeEmbeddings } from '../../core/components/__tests__/fakes';
import { CommandIDs } from '../../core/tokens';
import { searchesPlugin } from '../plugin';
import { fakeApp } from '../../core/plugins/__tests__/fakeApp';

function space(name: string, level: Level): IEmbeddingSpace {
  return { space: name, level, created_at: '1' } as IEmbeddingSpace;
}

const SPACES = [space('images', 'samples'), space('objects', 'annotations')];

/** The plugin beside a workspace that is open. */
async function setUp({ spaces = SPACES, open = true } = {}) {
  const fake = fakeApp({
    embeddings: fakeEmbeddings({ spaces: jest.fn(async () => spaces) })
  });
  const openGrid = jest.fn();
  fake.commands.addCommand(CommandIDs.openGrid, { execute: openGrid });
  let pointed: HTMLElement | null = null;
  const { app, core, commands, workspaces } = fake;
  app.contextMenuHitTest = test => {
    for (let node = pointed; node; node = node.parentElement) {
      if (test(node)) {
        return node;
      }
    }
    return undefined;
  };
  const { embeddings } = core.client;
  searchesPlugin.activate(app, ...([core, workspaces] as never[]));
  Object.assign(core.client, { embeddings });
  const model = open
    ? await workspaces.open({ dataset: 'cells', workspace: 'w1' })
    : null;
  await model?.flush();
  return {
    ...fake,
    openGrid,
    model: model!,
    search: () => model!.store.getState().view.search ?? null,
    run: (command: string, args = {}) => commands.execute(command, args),
    /** Open the context menu of what an HTML shows, at its element with the class `at`. */
    point: (html: string) => {
      document.body.innerHTML = html;
      pointed = document.querySelector<HTMLElement>('.at');
    }
  };
}

/** Arguments of the entries of context menus. */
const HERE = { here: true };
const TILE = '<div class="vl-tile" data-id="7"><img class="at"></div>';

describe('the commands that search', () => {
  afterEach(() => {
    document.body.innerHTML = '';
    jest.restoreAllMocks();
  });

  it('need a workspace, and stand in the palette', async () => {
    const { commands, offered, run } = await setUp({ open: false });
    expect(commands.isEnabled(CommandIDs.findSimilar)).toBe(false);
    await run(CommandIDs.findSimilar);
    expect(offered).toEqual(
      expect.arrayContaining([
        CommandIDs.findSimilar,
        CommandIDs.moreLike,
        CommandIDs.lessLike,
        CommandIDs.diverse,
        CommandIDs.outliers
      ])
    );
  });

  it.each([
    ['a tile of the grid', TILE, 'images', 7],
    [
      'a row of the annotations',
      '<table class="vl-annotations"><tr data-id="5"><td class="at"></table>',
      'objects',
      5
    ],
    [
      'the image in the viewer',
      '<div class="vl-viewer at" data-sample="3"></div>',
      'images',
      3
    ],
    [
      'the object under the pointer in the viewer',
      '<div class="vl-viewer at" data-sample="3" data-annotation="12"></div>',
      'objects',
      12
    ],
    [
      'a member of a group of duplicates',
      '<label class="vl-duplicates-member" data-sample="6"><img class="at"></label>',
      'images',
      6
    ],
    [
      'a point of the map',
      '<div class="vl-map-host at" data-hover="9" data-level="annotations"></div>',
      'objects',
      9
    ]
  ])('look for what is like %s', async (_, html, wanted, id) => {
    const { point, run, search } = await setUp();
    point(html);
    await run(CommandIDs.findSimilar, HERE);
    expect(search()).toMatchObject({ space: wanted, like: [id] });
  });

  it('mean all that is selected where that was pointed at, else it alone', async () => {
    const { point, run, search, model } = await setUp();
    model.select(new Set([7, 8]), 'samples');
    point(TILE);
    await run(CommandIDs.findSimilar, HERE);
    expect(search()?.like).toEqual([7, 8]);
    point(TILE.replace('7', '20'));
    await run(CommandIDs.findSimilar, HERE);
    expect(search()?.like).toEqual([20]);
  });

  it('mean the selection, else the sample in focus, where nothing was pointed at', async () => {
    const { point, run, search, model } = await setUp();
    point('<div class="vl-map-host at" data-level="samples"></div>');
    await run(CommandIDs.findSimilar, HERE);
    expect(search()).toBeNull();
    model.setFocus(4);
    await run(CommandIDs.findSimilar, HERE);
    expect(search()?.like).toEqual([4]);
    model.select(new Set([8, 9]), 'samples');
    await run(CommandIDs.findSimilar, HERE);
    expect(search()?.like).toEqual([8, 9]);
  });

  it('forget what a context menu was opened on before', async () => {
    const { point, run, search, model } = await setUp();
    point(TILE);
    model.select(new Set([8, 9]), 'samples');
    await run(CommandIDs.findSimilar);
    expect(search()?.like).toEqual([8, 9]);
  });

  it('show what was found in the grid, unless it can be seen', async () => {
    const { point, run, openGrid, model } = await setUp();
    const grid = `<div class="vl-panel vl-grid">${TILE}</div>`;
    point(grid);
    await run(CommandIDs.findSimilar, HERE);
    await run(CommandIDs.outliers, HERE);
    point(
      '<div class="vl-map vl-panel"><div class="vl-map-host at"></div></div>'
    );
    await run(CommandIDs.diverse, HERE);
    expect(openGrid).not.toHaveBeenCalled();
    point('<label class="vl-duplicates-member at" data-sample="3"></label>');
    await run(CommandIDs.findSimilar, HERE);
    expect(openGrid).toHaveBeenLastCalledWith({
      dataset: 'cells',
      workspace: model.server.workspace,
      activate: false
    });
    await run(CommandIDs.outliers);
    expect(openGrid).toHaveBeenCalledTimes(2);
  });

  it('draw unlike ones and outliers from the view', async () => {
    const { run, search, model } = await setUp();
    await run(CommandIDs.diverse);
    expect(search()).toMatchObject({
      space: 'images',
      mode: 'diverse',
      k: 100,
      like: []
    });
    model.setSearch({ ...search()!, k: 30, threshold: 0.5 });
    await run(CommandIDs.outliers);
    expect(search()).toMatchObject({
      mode: 'outliers',
      k: 30,
      threshold: null
    });
    model.setSearch(null);
    model.setLevel('annotations');
    await run(CommandIDs.outliers);
    expect(search()).toMatchObject({ space: 'objects', mode: 'outliers' });
  });

  it('take more and less like something into a search there is', async () => {
    const { commands, run, search } = await setUp();
    expect(commands.isVisible(CommandIDs.moreLike)).toBe(false);
    await run(CommandIDs.findSimilar, { level: 'samples', ids: [1] });
    expect(commands.isVisible(CommandIDs.moreLike)).toBe(true);
    await run(CommandIDs.moreLike, { level: 'samples', ids: [2] });
    await run(CommandIDs.lessLike, { level: 'samples', ids: [3] });
    expect(search()).toMatchObject({ like: [1, 2], unlike: [3] });
    await run(CommandIDs.findSimilar, {
      level: 'samples',
      ids: [4],
      unlike: true,
      add: false
    });
    expect(search()).toMatchObject({ like: [], unlike: [4] });
  });

  it('say what to do where there are no embeddings', async () => {
    const error = jest.spyOn(Notification, 'error').mockReturnValue('id');
    const { run, search } = await setUp({ spaces: [] });
    await run(CommandIDs.findSimilar, { level: 'samples', ids: [1] });
    expect(error).toHaveBeenCalledWith(
      expect.stringContaining('Compute embeddings first'),
      expect.anything()
    );
    expect(search()).toBeNull();
    await run(CommandIDs.outliers);
    expect(error).toHaveBeenCalledTimes(2);
  });
});
