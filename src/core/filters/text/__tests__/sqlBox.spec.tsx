import '@testing-library/jest-dom';
import { act, fireEvent, render, screen } from '@testing-library/react';
import * as React from 'react';
import { VisionLensError } from '../../../client/errors';
import {
  fakeContext,
  fakeModel,
  VIEW
} from '../../../components/__tests__/fakes';
import type { IWorkspaceState } from '../../../workspace/types';
import { SqlBox } from '../SqlBox';

const REFUSED = new VisionLensError({
  code: 'SQL_REFUSED',
  message: 'The query was refused. It has no column that says what to show.',
  hint: 'Select the column sample_id to show images.',
  details: {},
  request_id: null
});

function open(change: Partial<IWorkspaceState> = {}, view = jest.fn()) {
  const model = fakeModel(change);
  const onClose = jest.fn();
  render(
    <SqlBox model={model} context={fakeContext({ view })} onClose={onClose} />
  );
  const box = screen.getByRole<HTMLTextAreaElement>('textbox');
  const type = (value: string): void => {
    fireEvent.change(box, { target: { value } });
    box.setSelectionRange(value.length, value.length);
  };
  const run = (): Promise<void> =>
    act(async () => {
      fireEvent.keyDown(box, { key: 'Enter', ctrlKey: true });
    });
  return { model, view, onClose, box, type, run };
}

describe('SqlBox', () => {
  it('makes a query the view once the server took it', async () => {
    const filter = { op: 'null' as const, field: 'split' };
    const { model, view, type, run } = open({ view: { ...VIEW, filter } });
    type('  SELECT sample_id FROM samples\n');
    await run();
    const sql = 'SELECT sample_id FROM samples';
    expect(view).toHaveBeenCalledWith('blood', { ...VIEW, filter, sql });
    expect(model.setSql).toHaveBeenCalledWith(sql);
  });

  it('leaves the view as it was when the query is refused, and says why', async () => {
    const view = jest.fn().mockRejectedValue(REFUSED);
    const { model, box, type, run } = open({}, view);
    type('SELECT filename FROM samples');
    await run();
    expect(screen.getByRole('alert')).toHaveTextContent(REFUSED.body.message);
    expect(screen.getByRole('alert')).toHaveTextContent(REFUSED.body.hint!);
    expect(box).toHaveAttribute('aria-invalid', 'true');
    expect(box).toHaveValue('SELECT filename FROM samples');
    expect(model.setSql).not.toHaveBeenCalled();
    view.mockResolvedValue({});
    await run();
    expect(screen.queryByRole('alert')).toBeNull();
    expect(model.setSql).toHaveBeenCalledTimes(1);
  });

  it('runs one query at a time', async () => {
    let end!: () => void;
    const view = jest.fn(() => new Promise<void>(resolve => (end = resolve)));
    const { model, type, run } = open({}, view);
    type('SELECT 1');
    await run();
    await run();
    expect(screen.getByRole('button', { name: 'Running…' })).toBeDisabled();
    await act(async () => end());
    expect(view).toHaveBeenCalledTimes(1);
    expect(model.setSql).toHaveBeenCalledTimes(1);
  });

  it('takes the query away when it is empty, without asking', async () => {
    const { model, view, type, run } = open({
      view: { ...VIEW, sql: 'SELECT 1' }
    });
    type(' \n');
    await run();
    expect(view).not.toHaveBeenCalled();
    expect(model.setSql).toHaveBeenCalledWith(null);
  });

  it('writes columns at the caret, quoted where SQL needs it', () => {
    const { box, type } = open();
    type('SELECT');
    fireEvent.click(screen.getAllByText('sample_id')[0]);
    expect(box).toHaveValue('SELECT sample_id');
    box.setSelectionRange(6, 16);
    fireEvent.click(screen.getByText('group'));
    expect(box).toHaveValue('SELECT "group"');
  });

  it('begins with an example, and shows the query of another panel', () => {
    const { model, box } = open();
    const examples = screen.getByLabelText<HTMLSelectElement>('Examples');
    expect(examples.options.length).toBeGreaterThan(3);
    for (const { value } of [...examples.options].slice(1)) {
      expect(value).toMatch(/^SELECT (sample|annotation)_id\n/);
      fireEvent.change(examples, { target: { value } });
      expect(box).toHaveValue(value);
    }
    act(() => model.store.setState({ view: { ...VIEW, sql: 'SELECT 2' } }));
    expect(box).toHaveValue('SELECT 2');
  });

  it('closes on Escape', () => {
    const { box, onClose } = open();
    fireEvent.keyDown(box, { key: 'Escape' });
    expect(onClose).toHaveBeenCalledTimes(1);
  });
});
