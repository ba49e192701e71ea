import '@testing-library/jest-dom';
import { fireEvent, render, screen } from '@testing-library/react';
import * as React from 'react';
import type { Filter, IViewSpec } from '../../client/types';
import { fakeModel, trans, VIEW } from '../../components/__tests__/fakes';
import { emptySearch } from '../../../embeddings/searchSpec';
import { HistoryButtons } from '../HistoryButtons';

const BUS: Filter = { op: 'compare', field: 'class', cmp: '=', value: 'bus' };
const BUSES: IViewSpec = { ...VIEW, filter: BUS };
const OBJECTS: IViewSpec = { ...BUSES, level: 'annotations' };
const LIKE: IViewSpec = {
  ...BUSES,
  search: { ...emptySearch('clip'), like: [1] }
};

function open(past: IViewSpec[], view: IViewSpec, future: IViewSpec[] = []) {
  const model = fakeModel({ past, view, future });
  render(<HistoryButtons model={model} trans={trans} />);
  return model;
}

function steps(): (string | null)[] {
  fireEvent.click(screen.getByTitle('History of the view'));
  return screen.getAllByRole('listitem').map(({ textContent }) => textContent);
}

describe('HistoryButtons', () => {
  it('say what they take back and bring again', () => {
    const model = open([VIEW], BUSES, [OBJECTS]);
    const undo = screen.getByLabelText('Undo');
    expect(undo).toHaveAttribute('title', 'Undo: class = bus (z)');
    expect(screen.getByLabelText('Redo').title).toContain('annotations');
    fireEvent.click(undo);
    fireEvent.click(screen.getByLabelText('Redo'));
    expect(model.undo).toHaveBeenCalledTimes(1);
    expect(model.redo).toHaveBeenCalledTimes(1);
  });

  it('say that a search takes the place of the order', () => {
    const sort = [{ field: 'path', descending: false }];
    open([{ ...LIKE, search: null, sort }], LIKE);
    expect(screen.getByLabelText('Undo')).toHaveAttribute(
      'title',
      'Undo: like 1 example; by score (z)'
    );
  });

  it('rest where there is nothing to take back', () => {
    open([], VIEW);
    expect(screen.getByLabelText('Undo')).toBeDisabled();
    expect(screen.getByTitle('Nothing to redo')).toBeDisabled();
    expect(screen.getByTitle('History of the view')).toBeDisabled();
  });

  it('list the steps, newest first, and go to one', () => {
    const model = open([VIEW, BUSES], LIKE, [VIEW, OBJECTS]);
    expect(steps()).toEqual([
      'without class = bus; images',
      'without search; annotations',
      'like 1 example',
      'class = bus',
      'when it was opened'
    ]);
    const present = screen.getByTitle('The present view');
    expect(present).toHaveAttribute('aria-current', 'step');
    expect(present).toHaveTextContent('like 1 example');
    fireEvent.click(screen.getByText('class = bus'));
    expect(model.walkHistory).toHaveBeenLastCalledWith(-1);
    fireEvent.click(screen.getByText('without search; annotations'));
    expect(model.walkHistory).toHaveBeenLastCalledWith(1);
  });

  it('list a bounded number of them', () => {
    const past = Array.from({ length: 100 }, (_, i) => (i % 2 ? BUSES : VIEW));
    open(past, VIEW);
    expect(steps()).toHaveLength(21);
  });
});
