import '@testing-library/jest-dom';
import { fireEvent, render, screen } from '@testing-library/react';
import * as React from 'react';
import type { IFacet } from '../../../client/types';
import { trans } from '../../../components/__tests__/fakes';
import { DateInput } from '../DateInput';
import { RangeHandles } from '../RangeHandles';
import { RangeInput } from '../RangeInput';
import type { IRange } from '../../tree';

const FACET = {
  field: 'brightness',
  label: 'Brightness',
  bins: Array.from({ length: 10 }, (_, i) => ({
    low: 10 * i,
    high: 10 * i + 10,
    count: 1,
    total: 1
  })),
  low: 0,
  high: 100
} as unknown as IFacet;

const OPEN: IRange = { low: null, high: null };

describe('RangeHandles', () => {
  function open(range: IRange = OPEN) {
    const onRange = jest.fn();
    render(
      <RangeHandles
        facet={FACET}
        kind="number"
        range={range}
        trans={trans}
        onRange={onRange}
      />
    );
    return {
      onRange,
      lower: screen.getByLabelText('Brightness: lower end'),
      upper: screen.getByLabelText('Brightness: upper end')
    };
  }

  it('move the ends by bins', () => {
    const { onRange, lower, upper } = open();
    fireEvent.keyDown(lower, { key: 'ArrowRight' });
    expect(onRange.mock.lastCall[0]).toMatchObject({ low: 10 });
    fireEvent.keyDown(lower, { key: 'PageUp' });
    expect(onRange.mock.lastCall[0]).toMatchObject({ low: 50 });
    fireEvent.keyDown(upper, { key: 'ArrowDown' });
    expect(onRange.mock.lastCall[0]).toMatchObject({ high: 90 });
    fireEvent.keyDown(upper, { key: 'PageDown' });
    expect(onRange.mock.lastCall[0]).toMatchObject({ high: 50 });
  });

  it('stay within the axis and do not cross', () => {
    const { onRange, lower, upper } = open({ low: 40, high: 60 });
    expect(lower).toHaveAttribute('aria-valuenow', '40');
    expect(lower).toHaveAttribute('aria-valuemax', '60');
    expect(upper).toHaveAttribute('aria-valuemin', '40');
    fireEvent.keyDown(lower, { key: 'End' });
    expect(onRange.mock.lastCall[0]).toMatchObject({ low: 50, high: 60 });
    fireEvent.keyDown(upper, { key: 'Home' });
    expect(onRange.mock.lastCall[0]).toMatchObject({ low: 40, high: 50 });
    fireEvent.keyDown(lower, { key: 'Home' });
    expect(onRange.mock.lastCall[0]).toMatchObject({ high: 60 });
  });

  it('leave other keys alone, and do not stir where they are', () => {
    const { onRange, lower } = open();
    fireEvent.keyDown(lower, { key: 'ArrowLeft' });
    fireEvent.keyDown(lower, { key: 'ArrowRight', ctrlKey: true });
    fireEvent.keyDown(lower, { key: 'x' });
    expect(onRange).not.toHaveBeenCalled();
  });
});

describe('DateInput', () => {
  function open(change: Partial<React.ComponentProps<typeof DateInput>> = {}) {
    const onCommit = jest.fn();
    render(
      <DateInput
        value={null}
        label="When"
        title="When"
        days
        upper={false}
        onCommit={onCommit}
        {...change}
      />
    );
    return { onCommit, box: screen.getByLabelText('When') };
  }

  function enter(box: HTMLElement, value: string): void {
    fireEvent.change(box, { target: { value } });
    fireEvent.keyDown(box, { key: 'Enter' });
  }

  it('gives the beginning of the first day', () => {
    const { onCommit, box } = open();
    enter(box, '2026-03-01');
    const [time] = onCommit.mock.lastCall;
    expect(new Date(time).toISOString()).toBe('2026-03-01T00:00:00.000Z');
  });

  it('gives the end of the last day, and shows that day', () => {
    const { onCommit, box } = open({
      upper: true,
      value: '2026-03-01T00:00:00Z'
    });
    expect(box).toHaveValue('2026-02-28');
    enter(box, '2026-02-28');
    expect(onCommit).not.toHaveBeenCalled();
    enter(box, '2026-03-05');
    expect(onCommit).toHaveBeenLastCalledWith('2026-03-06T00:00:00.000Z');
  });

  it('knows minutes', () => {
    const { onCommit, box } = open({
      days: false,
      value: '2026-03-01T14:05:00Z'
    });
    expect(box).toHaveValue('2026-03-01T14:05');
    fireEvent.change(box, { target: { value: '2026-03-01T15:00' } });
    fireEvent.blur(box);
    const [time] = onCommit.mock.lastCall;
    expect(new Date(time).toISOString()).toBe('2026-03-01T15:00:00.000Z');
  });

  it('opens an end, and takes an edit back on Escape', () => {
    const { onCommit, box } = open({ value: '2026-03-01T00:00:00Z' });
    fireEvent.change(box, { target: { value: '2026-04-01' } });
    fireEvent.keyDown(box, { key: 'Escape' });
    expect(box).toHaveValue('2026-03-01');
    fireEvent.blur(box);
    expect(onCommit).not.toHaveBeenCalled();
    enter(box, '');
    expect(onCommit).toHaveBeenCalledWith(null);
  });

  it('is empty where the value is no time', () => {
    expect(open({ value: 'soon' }).box).toHaveValue('');
  });
});

describe('RangeInput', () => {
  it('forgets a mistake on Escape, and opens an end', () => {
    const onCommit = jest.fn();
    const { rerender } = render(
      <RangeInput value={5} placeholder="0" label="Least" onCommit={onCommit} />
    );
    const box = screen.getByLabelText('Least');
    fireEvent.change(box, { target: { value: 'dark' } });
    fireEvent.keyDown(box, { key: 'Enter' });
    expect(box).toHaveAttribute('aria-invalid', 'true');
    fireEvent.keyDown(box, { key: 'Escape' });
    expect(box).toHaveValue('5');
    expect(box).toHaveAttribute('aria-invalid', 'false');
    fireEvent.blur(box);
    expect(onCommit).not.toHaveBeenCalled();
    fireEvent.change(box, { target: { value: ' ' } });
    fireEvent.blur(box);
    expect(onCommit).toHaveBeenCalledWith(null);
    rerender(
      <RangeInput value={7} placeholder="0" label="Least" onCommit={onCommit} />
    );
    expect(box).toHaveValue('7');
  });
});
