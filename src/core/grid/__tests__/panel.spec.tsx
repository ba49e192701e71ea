import '@testing-library/jest-dom';
import {
  act,
  fireEvent,
  render,
  screen,
  waitFor
} from '@testing-library/react';
import * as React from 'react';
import {
  fakeContext,
  type FakeModel,
  fakeModel,
  tile,
  VIEW
} from '../../components/__tests__/fakes';
import {
  fakeObjectUrls,
  fakeViewport
} from '../../components/__tests__/viewport';
import { CommandIDs } from '../../tokens';
import type { IWorkspaceContext } from '../../client/context';
import { emptySearch } from '../../../embeddings/searchSpec';
import type { IWorkspaceState } from '../../workspace/types';
import { GridPanel } from '../GridPanel';
import { classCounts } from '../HoverCard';
import { createSources } from '../images/sources';

const SHAPES = {
  boxes: [
    [0, 0, 10, 10],
    [5, 5, 20, 20],
    [6, 6, 20, 20]
  ],
  annotation_ids: [1, 2, 3],
  classes: ['RBC', 'WBC', 'WBC'],
  sources: ['ground_truth', 'ground_truth', 'run-a'],
  confidences: [null, null, 0.9],
  kinds: ['box', 'box', 'box'],
  matching: [false, true, false]
};

function panel(model: FakeModel, context: IWorkspaceContext): JSX.Element {
  const sources = createSources(context.client, model.store.getState());
  return <GridPanel model={model} context={context} sources={sources} />;
}

function open(change: Partial<IWorkspaceState> = {}) {
  const tiles = jest.fn(async (_d: string, _v: unknown, ids: number[]) => ({
    version: 1,
    tiles: ids.map(id => tile(id, { ...SHAPES, tags: ['review'] }))
  }));
  const context = fakeContext({ tiles });
  const ran: string[] = [];
  for (const id of Object.values(CommandIDs)) {
    context.commands.addCommand(id, { execute: () => ran.push(id) });
  }
  const model = fakeModel(change);
  const view = render(panel(model, context));
  const at = (index: number): HTMLElement =>
    view.container.querySelector(`.vl-tile[data-index="${index}"]`)!;
  return { ...view, model, context, tiles, ran, at };
}

describe('GridPanel', () => {
  beforeEach(() => {
    fakeViewport(640, 400);
    fakeObjectUrls();
  });

  it('draws the tiles on the screen with their thumbnails', async () => {
    const { at, container } = open();
    await screen.findAllByText('image_100.jpg');
    expect(container.querySelectorAll('.vl-tile').length).toBe(10);
    expect(at(0)).toHaveAttribute('data-id', '100');
    await waitFor(() =>
      expect(at(0).querySelector('img')).toHaveAttribute(
        'src',
        expect.stringContaining('blob:')
      )
    );
    const grid = screen.getByRole('grid');
    expect(grid).toHaveAttribute('aria-colcount', '4');
    expect(grid).toHaveAttribute('aria-rowcount', '3');
  });

  it('draws a few of a million and asks for those and two screens ahead', async () => {
    const ids = Uint32Array.from({ length: 1_000_000 }, (_, i) => i);
    const { container, tiles } = open({ ids, total: ids.length });
    await waitFor(() => expect(tiles).toHaveBeenCalled());
    const drawn = container.querySelectorAll('.vl-tile').length;
    expect(drawn).toBeGreaterThan(8);
    expect(drawn).toBeLessThan(60);
    expect(tiles.mock.calls[0][2].length).toBeLessThanOrEqual(3 * drawn);
    const content = container.querySelector<HTMLElement>('.vl-grid-content')!;
    expect(parseInt(content.style.height)).toBeLessThanOrEqual(8_000_000);
  });

  it('shows images, matching annotations or all of them', async () => {
    const { model } = open();
    const tiles = screen.getByLabelText('What a tile is');
    expect(tiles).toHaveValue('samples');
    expect(screen.getByText('Matching')).toBeEnabled();
    fireEvent.change(tiles, { target: { value: 'annotations' } });
    expect(model.setLevel).toHaveBeenLastCalledWith('annotations');
    fireEvent.change(tiles, { target: { value: 'all' } });
    expect(model.setLevel).toHaveBeenLastCalledWith('annotations', true);
    act(() =>
      model.store.setState({
        view: { ...VIEW, level: 'annotations', all: true }
      })
    );
    expect(tiles).toHaveValue('all');
    // A crop has its own annotation only.
    expect(screen.getByText('Matching')).toBeDisabled();
  });

  it('selects as file managers do', async () => {
    const { at, model } = open();
    await screen.findAllByText('image_100.jpg');
    fireEvent.click(at(1));
    expect(model.select).toHaveBeenCalledWith([101]);
    expect(model.setFocus).toHaveBeenCalledWith(101);
    fireEvent.click(at(3), { ctrlKey: true });
    expect(model.toggle).toHaveBeenCalledWith(103);
    fireEvent.click(at(5), { shiftKey: true });
    expect(model.selectTo).toHaveBeenCalledWith(105);
    expect(model.setFocus).toHaveBeenCalledTimes(1);
  });

  it('marks what is selected and what the sample panel shows', () => {
    const { at, model } = open();
    expect(at(2)).toHaveAttribute('aria-selected', 'false');
    act(() =>
      model.store.setState({
        selection: { level: 'samples', ids: new Set([102]) }
      })
    );
    expect(at(2)).toHaveClass('vl-mod-selected');
    expect(at(2)).toHaveAttribute('aria-selected', 'true');
    act(() =>
      model.store.setState({
        selection: { level: 'annotations', ids: new Set([102]) }
      })
    );
    expect(at(2)).not.toHaveClass('vl-mod-selected');
  });

  it('has a keyboard', async () => {
    const { at, model, ran } = open();
    await screen.findAllByText('image_100.jpg');
    const grid = screen.getByRole('grid');
    const press = (key: string, options = {}): void => {
      fireEvent.keyDown(grid, { key, ...options });
    };
    expect(at(0)).toHaveAttribute('tabindex', '0');
    press('ArrowRight');
    press('ArrowDown');
    expect(at(5)).toHaveAttribute('tabindex', '0');
    expect(at(5)).toHaveFocus();
    expect(at(0)).toHaveAttribute('tabindex', '-1');
    press(' ');
    expect(model.toggle).toHaveBeenCalledWith(105);
    press('End', { shiftKey: true });
    expect(model.selectTo).toHaveBeenCalledWith(109);
    press('a', { ctrlKey: true });
    expect(model.selectAll).toHaveBeenCalledTimes(1);
    press('Escape');
    expect(model.clearSelection).toHaveBeenCalledTimes(1);
    press('Enter');
    expect(model.setFocus).toHaveBeenLastCalledWith(109);
    press('z');
    expect(model.undo).not.toHaveBeenCalled();
    expect(ran).toEqual([CommandIDs.openSample]);
  });

  it('gives the keyboard to a tile as soon as there is one', async () => {
    const { container, model, at } = open({ ids: new Uint32Array(0) });
    container.querySelector<HTMLElement>('.vl-grid-body')!.focus();
    act(() => model.store.setState({ ids: Uint32Array.of(7, 8) }));
    await waitFor(() => expect(at(0)).toHaveFocus());
  });

  it('keeps the focused tile where its sample goes', () => {
    const { at, model } = open();
    fireEvent.click(at(4));
    act(() => model.store.setState({ ids: Uint32Array.of(90, 104, 91) }));
    expect(at(1)).toHaveAttribute('tabindex', '0');
    act(() => model.store.setState({ ids: Uint32Array.of(90, 91) }));
    expect(at(0)).toHaveAttribute('tabindex', '0');
  });

  it('opens a sample by double click, an annotation by its sample', async () => {
    const { at, model, ran } = open();
    fireEvent.doubleClick(at(2));
    expect(model.setFocus).toHaveBeenCalledWith(102);
    expect(ran).toEqual([CommandIDs.openSample]);
  });

  it('tells what a tile holds before a click', async () => {
    const { at } = open();
    await screen.findAllByText('image_100.jpg');
    const point = (index: number, clientX: number): void => {
      const options = { bubbles: true, clientX, clientY: 5 };
      fireEvent(at(index), new MouseEvent('pointermove', options));
    };
    point(0, 5);
    const card = await screen.findByRole('tooltip');
    expect(card).toHaveTextContent('image_100.jpg');
    expect(card).toHaveTextContent('2 annotations');
    expect(card).toHaveTextContent('1 prediction of run-a');
    expect(card).toHaveTextContent('640 × 480');
    expect(card).toHaveTextContent('#review');
    fireEvent.scroll(screen.getByRole('grid'));
    expect(screen.queryByRole('tooltip')).toBeNull();
    jest.useFakeTimers();
    point(4, 5);
    act(() => jest.advanceTimersByTime(1000));
    expect(screen.queryByRole('tooltip')).toBeNull();
    point(4, 6);
    act(() => jest.advanceTimersByTime(1000));
    expect(screen.getByRole('tooltip')).toHaveTextContent('image_104.jpg');
    jest.useRealTimers();
  });

  it('tags the selection and sorts', async () => {
    const { model } = open({ selectedInView: 2 });
    fireEvent.keyDown(screen.getByRole('grid'), { key: 't' });
    fireEvent.change(screen.getByLabelText('Tag'), { target: { value: 'x' } });
    fireEvent.click(screen.getByText('Remove'));
    await waitFor(() => expect(screen.queryByText('Remove')).toBeNull());
    expect(model.tag).toHaveBeenCalledWith('x', { remove: true });

    fireEvent.click(screen.getByRole('button', { name: 'Sort' }));
    fireEvent.change(screen.getByLabelText('Sort by'), {
      target: { value: 'brightness' }
    });
    expect(model.setSort).toHaveBeenCalledWith([
      { field: 'brightness', descending: false }
    ]);
    act(() =>
      model.store.setState({
        view: { ...VIEW, sort: [{ field: 'brightness', descending: false }] }
      })
    );
    fireEvent.click(screen.getByText('↑ rising'));
    expect(model.setSort).toHaveBeenLastCalledWith([
      { field: 'brightness', descending: true }
    ]);
    expect(
      screen.getByRole('button', { name: 'Sort: Brightness ↑' })
    ).toBeVisible();
  });

  it('says that a search is in the order of its scores', () => {
    open({ view: { ...VIEW, search: emptySearch('clip') } });
    fireEvent.click(screen.getByRole('button', { name: 'Sort' }));
    expect(screen.getByLabelText('Sort by')).toHaveDisplayValue('by score');
  });

  it('changes what is drawn', async () => {
    const { container, context } = open({
      view: { ...VIEW, filter: { op: 'in', field: 'class', values: ['WBC'] } }
    });
    await screen.findAllByText('image_100.jpg');
    expect(container.querySelectorAll('.vl-overlay').length).toBe(10);
    fireEvent.click(screen.getByText('Overlays'));
    expect(container.querySelectorAll('.vl-overlay').length).toBe(0);
    expect(context.settings.get().overlays).toBe(false);
    fireEvent.click(screen.getByText('Labels'));
    expect(context.settings.get()).toMatchObject({
      overlays: true,
      labels: true
    });
    fireEvent.change(screen.getByLabelText('Tile size'), {
      target: { value: '320' }
    });
    expect(screen.getByRole('grid')).toHaveAttribute('aria-colcount', '2');
    await waitFor(() => expect(context.settings.get().tileSize).toBe(320));
  });

  it('says what to do when nothing is there', () => {
    const { model } = open({ ids: new Uint32Array(0) });
    fireEvent.click(screen.getByText('Clear filters'));
    expect(model.clearFilters).toHaveBeenCalledTimes(1);
    act(() => model.store.setState({ total: 0 }));
    expect(screen.getByText('This dataset has no samples yet.')).toBeVisible();
  });

  it('shows an error and asks again', async () => {
    const context = fakeContext({
      tiles: jest
        .fn()
        .mockRejectedValueOnce(new Error('no answer'))
        .mockResolvedValue({ version: 1, tiles: [tile(100)] })
    });
    render(panel(fakeModel(), context));
    fireEvent.click(await screen.findByText('Try again'));
    expect(await screen.findByText('image_100.jpg')).toBeVisible();
    expect(screen.queryByText('Try again')).toBeNull();
  });
});

describe('classCounts', () => {
  it('counts the ground truth, most frequent first', () => {
    const both = tile(1, {
      ...SHAPES,
      classes: ['RBC', 'WBC', 'WBC', 'WBC'],
      sources: ['ground_truth', 'ground_truth', 'ground_truth', 'run-a']
    });
    expect(classCounts(both)).toEqual([
      ['WBC', 2],
      ['RBC', 1]
    ]);
  });
});
