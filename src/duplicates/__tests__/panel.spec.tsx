import '@testing-library/jest-dom';
import { act, fireEvent, render, screen } from '@testing-library/react';
import * as React from 'react';
import type { IDuplicates } from '../../embeddings/client';
import {
  fakeContext,
  fakeEmbeddings,
  fakeModel,
  tile
} from '../../core/components/__tests__/fakes';
import { CommandIDs } from '../../core/tokens';
import { createDuplicatesPanel } from '..';
import { DuplicatesPanel } from '../DuplicatesPanel';

function member(sample_id: number, best = false, split = 'train') {
  return {
    sample_id,
    distance: best ? 0 : 0.1,
    confidence: best ? 1 : 0.93,
    transform: best ? 'identical' : 'resized',
    best,
    split
  };
}

const FOUND: IDuplicates = {
  kind: 'near',
  created_at: '2026-02-01T10:00:00Z',
  groups: [
    { group: 0, members: [member(1, true), member(2)], leak: false },
    {
      group: 4,
      members: [member(3, true), member(5, false, 'val')],
      leak: true
    }
  ],
  total: 2,
  samples: 4,
  leaks: 1,
  leak_pairs: { 'train|val': 1 },
  small: 3
};

async function open(found: IDuplicates = FOUND) {
  const embeddings = fakeEmbeddings({
    duplicates: jest.fn().mockResolvedValue(found),
    resolveDuplicates: jest.fn().mockResolvedValue({ version: 2, changed: 1 }),
    startJob: jest.fn().mockResolvedValue({})
  });
  const tiles = jest.fn().mockResolvedValue({
    version: 1,
    tiles: [1, 2, 3, 5].map(id => tile(id))
  });
  const model = fakeModel();
  const context = fakeContext({ embeddings, tiles });
  context.commands.addCommand(CommandIDs.openGrid, { execute: () => null });
  const view = render(<DuplicatesPanel model={model} context={context} />);
  await act(async () => undefined);
  return { ...view, model, embeddings, commands: context.commands };
}

describe('DuplicatesPanel', () => {
  it('shows groups with what is kept, and leaks between splits', async () => {
    const { container } = await open();
    expect(container.querySelectorAll('.vl-duplicates-group')).toHaveLength(2);
    expect(screen.getByText('train – val')).toBeVisible();
    expect(screen.getByText('1 group leaks between splits')).toBeVisible();
    expect(screen.getByRole('note')).toHaveTextContent('3 samples have fewer');
    fireEvent.click(screen.getByText('Only leaks'));
    expect(container.querySelectorAll('.vl-duplicates-group')).toHaveLength(1);
  });

  it('keeps another one where the user says so', async () => {
    const { embeddings, model } = await open();
    fireEvent.click(screen.getAllByRole('radio')[1]);
    await act(async () => {
      fireEvent.click(screen.getAllByText('Tag the rest')[0]);
    });
    expect(embeddings.resolveDuplicates).toHaveBeenLastCalledWith('blood', {
      kind: 'near',
      created_at: FOUND.created_at,
      groups: [0],
      keep: [2],
      action: 'tag'
    });
    expect(model.refresh).toHaveBeenCalled();
    await act(async () => {
      fireEvent.click(screen.getAllByText('Remove the rest')[1]);
    });
    expect(embeddings.resolveDuplicates).toHaveBeenLastCalledWith(
      'blood',
      expect.objectContaining({ groups: [4], keep: [], action: 'remove' })
    );
  });

  it('asks before all of them go', async () => {
    const { embeddings } = await open();
    fireEvent.click(screen.getByText('All groups…'));
    await act(async () => {
      fireEvent.click(screen.getByText('Remove 2 samples for good'));
    });
    expect(embeddings.resolveDuplicates).toHaveBeenLastCalledWith(
      'blood',
      expect.objectContaining({ groups: null, action: 'remove' })
    );
  });

  it('shows a group in the grid', async () => {
    const { model } = await open();
    fireEvent.click(screen.getAllByText('Show in grid')[1]);
    expect(model.setFilter).toHaveBeenCalledWith({
      op: 'in',
      field: 'sample_id',
      values: [3, 5]
    });
  });

  it('opens a sample, and says which one to a context menu', async () => {
    const { model, container, commands } = await open();
    const execute = jest.fn();
    commands.addCommand(CommandIDs.openSample, { execute });
    const member = container.querySelector('[data-sample="5"]')!;
    expect(member).toHaveClass('vl-duplicates-member');
    fireEvent.doubleClick(member);
    expect(model.setFocus).toHaveBeenCalledWith(5);
    expect(execute).toHaveBeenCalledTimes(1);
  });

  it('shows the next page below the first', async () => {
    const { embeddings, container } = await open({ ...FOUND, total: 3 });
    (embeddings.duplicates as jest.Mock).mockResolvedValue({
      ...FOUND,
      total: 3,
      groups: [{ group: 9, members: [member(7, true), member(8)], leak: false }]
    });
    await act(async () => {
      fireEvent.click(screen.getByText('Show more of 3 groups'));
    });
    expect((embeddings.duplicates as jest.Mock).mock.lastCall[2]).toBe(2);
    const groups = [...container.querySelectorAll('[data-group]')];
    expect(groups.map(each => each.getAttribute('data-group'))).toEqual([
      '0',
      '4',
      '9'
    ]);
    expect(screen.queryByText(/^Show more/)).toBeNull();
  });

  it('looks at exact ones, and says what fails', async () => {
    const { embeddings, container } = await open();
    (embeddings.duplicates as jest.Mock).mockRejectedValue(
      new Error('no answer')
    );
    await act(async () => {
      fireEvent.change(screen.getByLabelText('Which duplicates'), {
        target: { value: 'exact' }
      });
    });
    expect((embeddings.duplicates as jest.Mock).mock.lastCall[1]).toBe('exact');
    expect(screen.getByRole('alert')).toHaveTextContent('no answer');
    expect(container.querySelector('[data-group]')).toBeNull();
  });

  it('is a panel', () => {
    const widget = createDuplicatesPanel(
      fakeModel(),
      fakeContext({ embeddings: fakeEmbeddings() })
    );
    expect(widget.hasClass('vl-duplicates')).toBe(true);
    widget.dispose();
  });

  it('offers to look for them', async () => {
    const { embeddings } = await open({
      ...FOUND,
      created_at: null,
      groups: [],
      total: 0,
      samples: 0,
      leaks: 0,
      leak_pairs: {},
      small: 0
    });
    await act(async () => {
      fireEvent.click(screen.getByText('Find them'));
    });
    expect(embeddings.startJob).toHaveBeenCalledWith('duplicates', 'blood', {
      kind: 'near'
    });
  });
});
