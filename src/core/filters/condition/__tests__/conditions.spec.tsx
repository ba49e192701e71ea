import '@testing-library/jest-dom';
import { act, fireEvent, render, screen } from '@testing-library/react';
import * as React from 'react';
import type { Filter, IViewSpec } from '../../../client/types';
import {
  fakeContext,
  fakeModel,
  VIEW
} from '../../../components/__tests__/fakes';
import { outcomeFilter } from '../../../outcomes/outcomes';
import { emptySearch } from '../../../../embeddings/searchSpec';
import { CommandIDs } from '../../../tokens';
import { Conditions } from '../Conditions';

const WBC: Filter = { op: 'compare', field: 'class', cmp: '=', value: 'WBC' };
const VAL: Filter = { op: 'compare', field: 'split', cmp: '=', value: 'val' };
const BOTH: Filter = { op: 'and', args: [WBC, VAL] };
const EITHER: Filter = { op: 'or', args: [WBC, VAL] };

function open(change: Partial<IViewSpec> = {}) {
  const model = fakeModel({ view: { ...VIEW, ...change } });
  const predicate = jest.fn(async (_: string, request: any) => ({
    text: request.text ?? "class = 'WBC' or split = 'val'",
    filter: request.filter ?? VAL
  }));
  const facets = jest.fn().mockResolvedValue({ facets: [] });
  const onEditSql = jest.fn();
  const context = fakeContext({ predicate, facets } as never);
  context.commands.addCommand(CommandIDs.openEvaluation, {
    execute: () => null
  });
  const { container } = render(
    <Conditions model={model} context={context} onEditSql={onEditSql} />
  );
  const chips = () =>
    [...container.querySelectorAll('.vl-chip-text')].map(
      ({ textContent }) => textContent
    );
  return { model, predicate, onEditSql, container, chips };
}

async function pause(): Promise<void> {
  await act(() => jest.advanceTimersByTimeAsync(300));
}

async function apply(): Promise<void> {
  await pause();
  await act(async () => {
    fireEvent.click(screen.getByRole('button', { name: 'Apply' }));
  });
}

function put(label: string, value: string): void {
  const box = screen.getByLabelText(label, { selector: 'input, select' });
  fireEvent.change(box, { target: { value } });
}

/** Fill the form in: split = val. */
function describeVal(): void {
  put('Field', 'split');
  fireEvent.click(screen.getByRole('option', { name: /^Split/ }));
  put('Value', 'val');
}

describe('Conditions', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('has nothing to take away from a view without conditions', () => {
    open();
    expect(screen.queryByRole('list')).toBeNull();
    expect(screen.queryByText('Clear all')).toBeNull();
    expect(screen.getByText('+ Add condition')).toBeVisible();
  });

  it('says what is searched, and ends it', () => {
    const { model, chips } = open({
      search: { ...emptySearch('clip'), like: [1, 2], unlike: [3] }
    });
    expect(chips()).toEqual(['Search: like 2 examples, not like 1 example']);
    fireEvent.click(screen.getByLabelText('End search'));
    expect(model.setSearch).toHaveBeenCalledWith(null);
    fireEvent.click(screen.getByText('Clear all'));
    expect(model.clearFilters).toHaveBeenCalledTimes(1);
  });

  it('shows a query and a text, to be edited and taken away', () => {
    const { model, onEditSql, chips } = open({
      sql: 'SELECT sample_id\nFROM sample',
      where: "class = 'WBC'",
      filter: VAL
    });
    expect(chips()).toEqual([
      'SQL: SELECT sample_id FROM sample',
      "class = 'WBC'",
      'split = val'
    ]);
    fireEvent.click(screen.getByTitle('Edit the query'));
    expect(onEditSql).toHaveBeenCalledTimes(1);
    fireEvent.click(screen.getByLabelText('Remove the query'));
    expect(model.setSql).toHaveBeenCalledWith(null);
    fireEvent.click(screen.getByLabelText("Remove class = 'WBC'"));
    expect(model.setFilter).toHaveBeenLastCalledWith(VAL);
    fireEvent.click(screen.getByLabelText('Remove split = val'));
    expect(model.setFilter).toHaveBeenLastCalledWith(null);
  });

  it('changes a condition in its place', async () => {
    const { model, container } = open({ filter: BOTH });
    fireEvent.click(screen.getByTitle('Edit class = WBC'));
    expect(container.querySelector('.vl-mod-selected')).toHaveTextContent(
      'class = WBC'
    );
    put('Value', 'RBC');
    await apply();
    expect(model.setFilter).toHaveBeenLastCalledWith({
      op: 'and',
      args: [{ ...WBC, value: 'RBC' }, VAL]
    });
    expect(screen.queryByLabelText('Condition')).toBeNull();
    expect(screen.getByText('+ Add condition')).toHaveFocus();
  });

  it('closes the form of a condition that somebody takes away', async () => {
    const { model } = open({ filter: BOTH });
    fireEvent.click(screen.getByTitle('Edit class = WBC'));
    await pause();
    expect(screen.getByLabelText('Condition')).toBeVisible();
    act(() => model.store.setState({ view: { ...VIEW, filter: VAL } }));
    expect(screen.queryByLabelText('Condition')).toBeNull();
  });

  it('negates: no annotation of an image meets it', async () => {
    const { model } = open({ filter: BOTH });
    fireEvent.click(screen.getByTitle('Edit class = WBC'));
    await pause();
    fireEvent.click(screen.getByText('Negate'));
    expect(model.setFilter).toHaveBeenLastCalledWith({
      op: 'and',
      args: [{ op: 'none', arg: WBC }, VAL]
    });
  });

  it('negates an annotation itself where those are shown', async () => {
    const { model } = open({ filter: WBC, level: 'annotations' });
    fireEvent.click(screen.getByTitle('Edit class = WBC'));
    await pause();
    fireEvent.click(screen.getByText('Negate'));
    expect(model.setFilter).toHaveBeenLastCalledWith({ ...WBC, cmp: '!=' });
  });

  it('adds a condition, joined by and', async () => {
    const { model } = open({ filter: WBC });
    fireEvent.click(screen.getByText('+ Add condition'));
    describeVal();
    await apply();
    expect(model.setFilter).toHaveBeenLastCalledWith(BOTH);
  });

  it('adds one as the alternative of another', async () => {
    const { model } = open({ filter: WBC });
    fireEvent.click(screen.getByText('+ Add condition'));
    const join = screen.getByLabelText('Joined by');
    expect(join).toHaveTextContent('or: class = WBC');
    fireEvent.change(join, { target: { value: '0' } });
    describeVal();
    await apply();
    expect(model.setFilter).toHaveBeenLastCalledWith({
      op: 'or',
      args: [WBC, VAL]
    });
  });

  it('shows as text what no form holds', async () => {
    const { model, predicate } = open({ filter: EITHER });
    fireEvent.click(screen.getByTitle('Edit class = WBC or split = val'));
    await pause();
    const text = screen.getByLabelText('Condition as text');
    expect(text).toHaveValue("class = 'WBC' or split = 'val'");
    fireEvent.change(text, { target: { value: "split = 'val'" } });
    await act(async () => {
      fireEvent.keyDown(text, { key: 'Enter' });
    });
    expect(predicate).toHaveBeenLastCalledWith('blood', {
      text: "split = 'val'"
    });
    expect(model.setFilter).toHaveBeenLastCalledWith(VAL);
  });

  it('says what is wrong with the text, and goes on Escape', async () => {
    const { model, predicate } = open({ filter: EITHER });
    fireEvent.click(screen.getByTitle('Edit class = WBC or split = val'));
    await pause();
    predicate.mockRejectedValueOnce(new Error('an unknown word'));
    const text = screen.getByLabelText('Condition as text');
    await act(async () => {
      fireEvent.submit(text.closest('form')!);
    });
    expect(screen.getByRole('alert')).toHaveTextContent('an unknown word');
    expect(text).toHaveAttribute('aria-invalid', 'true');
    fireEvent.change(text, { target: { value: 'else' } });
    expect(screen.queryByRole('alert')).toBeNull();
    fireEvent.keyDown(text, { key: 'Escape' });
    expect(screen.queryByLabelText('Condition')).toBeNull();
    expect(model.setFilter).not.toHaveBeenCalled();
  });

  it('puts its form away when all are cleared', async () => {
    const { model } = open({ filter: WBC });
    fireEvent.click(screen.getByTitle('Edit class = WBC'));
    await pause();
    fireEvent.click(screen.getByText('Clear all'));
    expect(model.clearFilters).toHaveBeenCalledTimes(1);
    expect(screen.queryByLabelText('Condition')).toBeNull();
  });

  it('says which outcomes are kept, opens their evaluation and lets go of them', () => {
    const outcomes = outcomeFilter('run-a', 0.35, {
      cell: { true: 'car', predicted: 'bus' }
    });
    const { model, chips } = open({ outcomes });
    expect(chips()).toEqual(['car taken for bus (run-a, confidence ≥ .35)']);
    fireEvent.click(screen.getByTitle(/open the evaluation$/));
    fireEvent.click(screen.getByTitle('Show them whatever their outcome'));
    expect(model.setOutcomes).toHaveBeenCalledWith(null);
  });
});
