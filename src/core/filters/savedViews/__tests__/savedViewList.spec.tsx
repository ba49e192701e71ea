import '@testing-library/jest-dom';
import { act, fireEvent, render, screen, within } from '@testing-library/react';
import * as React from 'react';
import { VisionLensError } from '../../../client/errors';
import type { Filter, ISavedView, IViewSpec } from '../../../client/types';
import {
  fakeContext,
  fakeEmbeddings,
  fakeModel,
  VIEW
} from '../../../components/__tests__/fakes';
import { emptySearch } from '../../../../embeddings/searchSpec';
import { CommandIDs } from '../../../tokens';
import { SavedViews } from '../SavedViews';

const BUS: Filter = { op: 'compare', field: 'class', cmp: '=', value: 'bus' };
const BUSES: IViewSpec = { ...VIEW, filter: BUS };
const OBJECTS: IViewSpec = { ...BUSES, level: 'annotations' };

function saved(name: string, view: IViewSpec): ISavedView {
  const at = '2026-01-01T00:00:00Z';
  return { name, view, predicate: '', created_at: at, modified_at: at };
}

const REFUSED = new VisionLensError({
  code: 'DATASET_READ_ONLY',
  message: 'The dataset cannot be changed.',
  hint: 'Copy it.',
  details: {},
  request_id: null
});

/** The list over a server that keeps views. */
async function open(
  views: readonly ISavedView[] = [saved('Buses', BUSES), saved('All', VIEW)],
  view = VIEW
) {
  const kept = new Map(views.map(each => [each.name, each.view]));
  const client = {
    savedViews: jest.fn(async () => [...kept].map(each => saved(...each))),
    saveView: jest.fn(async (_: string, name: string, view: IViewSpec) => {
      kept.set(name, view);
      return saved(name, view);
    }),
    deleteView: jest.fn(async (_: string, name: string) => {
      kept.delete(name);
    }),
    embeddings: fakeEmbeddings({
      queries: async () => [{ query: 'q1', kind: 'text', text: 'a red bus' }]
    }),
    view: jest.fn(async () => ({
      ids: new Uint32Array(1234),
      total: 0,
      version: 1
    }))
  };
  const model = fakeModel({ view });
  const context = fakeContext(client);
  const rendered = render(<SavedViews model={model} context={context} />);
  await act(async () => undefined);
  return { ...rendered, client, model, context, kept };
}

async function click(element: HTMLElement): Promise<void> {
  await act(async () => {
    fireEvent.click(element);
  });
}

async function showList(): Promise<void> {
  await click(screen.getByTitle(/^Saved views/));
}

function rows(): HTMLElement[] {
  return within(screen.getByRole('list')).queryAllByRole('listitem');
}

function rowButton(name: string): HTMLElement {
  const row = rows().find(each =>
    each.querySelector('.vl-saved-row-name')?.textContent?.startsWith(name)
  )!;
  return within(row).getAllByRole('button')[0];
}

function type(label: string, value: string): void {
  fireEvent.change(screen.getByLabelText(label), { target: { value } });
}

describe('SavedViews', () => {
  beforeEach(() => sessionStorage.clear());

  it('lists views with their conditions, the present one marked', async () => {
    await open();
    await showList();
    expect(rows().map(({ textContent }) => textContent)).toEqual([
      'Busesclass = bus',
      'Alleverything'
    ]);
    expect(rowButton('All')).toHaveAttribute('aria-current', 'true');
    expect(rowButton('Buses')).not.toHaveAttribute('aria-current');
  });

  it('applies one and closes', async () => {
    const { model } = await open();
    await showList();
    await click(rowButton('Buses'));
    expect(model.setView).toHaveBeenCalledWith(BUSES);
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('counts what a view shows when it is pointed at, once', async () => {
    const { client } = await open([
      saved('Buses', BUSES),
      saved('Objects', OBJECTS)
    ]);
    await showList();
    expect(client.view).not.toHaveBeenCalled();
    await act(async () => {
      fireEvent.pointerEnter(rows()[0]);
      fireEvent.focus(rowButton('Buses'));
    });
    expect(client.view.mock.calls).toEqual([['blood', BUSES]]);
    expect(rows()[0]).toHaveTextContent('1,234 samples');
    await act(async () => {
      fireEvent.focus(rowButton('Objects'));
    });
    expect(rows()[1]).toHaveTextContent('1,234 annotations');
  });

  it('says what a view searches for', async () => {
    const like = { ...emptySearch('clip'), like: [1, 2] };
    const described = { ...emptySearch('clip'), queries: ['q1'] };
    await open([
      saved('Like these', { ...BUSES, search: like }),
      saved('Red', { ...VIEW, search: described })
    ]);
    await showList();
    expect(rows().map(({ textContent }) => textContent)).toEqual([
      'Like theseclass = bus, like 2 examples',
      'Red“a red bus”'
    ]);
  });

  it('says which does not open any more', async () => {
    const { client } = await open();
    client.view.mockRejectedValue(new Error('no such field'));
    await showList();
    await act(async () => {
      fireEvent.pointerEnter(rows()[0]);
    });
    expect(rows()[0]).toHaveTextContent('a field may be gone');
  });

  it('saves the present view under a suggested name', async () => {
    const { kept } = await open([], BUSES);
    await showList();
    expect(screen.getByText(/^None yet/)).toBeVisible();
    const name = screen.getByLabelText('Name of the present view');
    expect(name).toHaveFocus();
    expect(name).toHaveValue('class = bus');
    type('Name of the present view', '  ');
    expect(screen.getByRole('button', { name: 'Save' })).toBeDisabled();
    type('Name of the present view', ' My buses ');
    await click(screen.getByRole('button', { name: 'Save' }));
    expect([...kept]).toEqual([['My buses', BUSES]]);
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(screen.getByText('My buses')).toBeVisible();
  });

  it('replaces a view of the same name', async () => {
    const { kept } = await open([saved('Mine', VIEW)], BUSES);
    await showList();
    type('Name of the present view', 'Mine');
    await click(screen.getByRole('button', { name: 'Replace' }));
    expect(kept.get('Mine')).toEqual(BUSES);
  });

  it('stays open and says why a view was not saved', async () => {
    const { client } = await open([], BUSES);
    client.saveView.mockRejectedValue(REFUSED);
    await showList();
    await click(screen.getByRole('button', { name: 'Save' }));
    expect(screen.getByRole('alert')).toHaveTextContent('Copy it.');
    expect(screen.getByRole('dialog')).toBeVisible();
  });

  it('updates the view one came from', async () => {
    const { model, kept } = await open([saved('Mine', VIEW)]);
    await showList();
    await click(rowButton('Mine'));
    expect(screen.queryByText('Update')).toBeNull();
    act(() => model.store.setState({ view: BUSES }));
    expect(screen.getByLabelText('modified')).toBeInTheDocument();
    await click(screen.getByText('Update'));
    expect(kept.get('Mine')).toEqual(BUSES);
    expect(screen.queryByText('Update')).toBeNull();
  });

  it('replaces any view by the present one', async () => {
    const { kept } = await open([saved('Buses', BUSES)]);
    await showList();
    await click(screen.getByLabelText('Replace Buses'));
    expect(kept.get('Buses')).toEqual(VIEW);
  });

  it('deletes, and takes that back', async () => {
    const { kept } = await open();
    await showList();
    await click(screen.getByLabelText('Delete Buses'));
    expect([...kept.keys()]).toEqual(['All']);
    expect(screen.getByRole('status')).toHaveTextContent(
      '“Buses” was deleted.'
    );
    await click(screen.getByRole('button', { name: 'Undo' }));
    expect(kept.get('Buses')).toEqual(BUSES);
    expect(screen.queryByRole('status')).toBeNull();
  });

  it('renames, but not to a name that is taken', async () => {
    const { kept, client } = await open();
    await showList();
    await click(screen.getByLabelText('Rename Buses'));
    const name = screen.getByLabelText('New name');
    expect(name).toHaveFocus();
    type('New name', ' All ');
    expect(name).toHaveAttribute('aria-invalid', 'true');
    expect(screen.getByRole('alert')).toHaveTextContent(
      'There is a view of this name.'
    );
    expect(screen.getByRole('button', { name: 'Rename' })).toBeDisabled();
    fireEvent.submit(name.closest('form')!);
    expect(client.saveView).not.toHaveBeenCalled();
    type('New name', 'Coaches');
    await act(async () => {
      fireEvent.submit(name.closest('form')!);
    });
    expect([...kept]).toEqual([
      ['All', VIEW],
      ['Coaches', BUSES]
    ]);
    expect(screen.queryByLabelText('New name')).toBeNull();
  });

  it('leaves a name as it was on Escape, the list open, and on no change', async () => {
    const { client } = await open();
    await showList();
    await click(screen.getByLabelText('Rename Buses'));
    type('New name', 'Coaches');
    fireEvent.keyDown(screen.getByLabelText('New name'), { key: 'Escape' });
    expect(rowButton('Buses')).toBeVisible();
    await click(screen.getByLabelText('Rename Buses'));
    expect(screen.getByLabelText('New name')).toHaveValue('Buses');
    await click(screen.getByRole('button', { name: 'Rename' }));
    expect(rowButton('Buses')).toBeVisible();
    expect(client.saveView).not.toHaveBeenCalled();
  });

  it('goes on asking for a name while renaming fails', async () => {
    const { client } = await open();
    client.saveView.mockRejectedValue(REFUSED);
    await showList();
    await click(screen.getByLabelText('Rename Buses'));
    type('New name', 'Coaches');
    await click(screen.getByRole('button', { name: 'Rename' }));
    expect(screen.getByLabelText('New name')).toHaveValue('Coaches');
    expect(screen.getByText('Copy it.')).toBeVisible();
  });

  it('waits, and reads again when it is opened', async () => {
    const { client } = await open([]);
    client.savedViews.mockImplementation(() => new Promise(() => undefined));
    const waiting = fakeContext({
      savedViews: () => new Promise<never>(() => undefined)
    });
    await showList();
    expect(client.savedViews).toHaveBeenCalledTimes(2);
    const { getByTitle, getByLabelText } = within(
      render(<SavedViews model={fakeModel()} context={waiting} />).container
    );
    await click(getByTitle(/^Saved views/));
    expect(getByLabelText('Loading')).toBeVisible();
  });

  it('copies a link of the view', async () => {
    const { context } = await open();
    const execute = jest.fn();
    context.commands.addCommand(CommandIDs.copyLink, { execute });
    await click(screen.getByLabelText('Copy link'));
    expect(execute).toHaveBeenCalledTimes(1);
  });
});
