import '@testing-library/jest-dom';
import { act, fireEvent, render, screen } from '@testing-library/react';
import * as React from 'react';
import type { IColoring } from '../../../embeddings/client';
import type { Filter } from '../../../core/client/types';
import { trans, VIEW } from '../../../core/components/__tests__/fakes';
import { countCodes, Legend } from '../Legend';
import { fakeMap, LEGEND, manyValues } from '../../__tests__/fakeMap';

jest.mock('../../points/makeWorker', () => ({}));

const BUSES: Filter = { op: 'compare', field: 'class', cmp: '=', value: 'bus' };

async function open(change: Parameters<typeof fakeMap>[0] = {}) {
  const place = await fakeMap(change);
  const view = render(
    <Legend model={place.model} map={place.map} trans={trans} />
  );
  const entries = (): HTMLElement[] => [
    ...view.container.querySelectorAll<HTMLElement>('.vl-map-entry')
  ];
  return { ...place, ...view, entries };
}

function numbers(change: Partial<IColoring['legend']> = {}): IColoring {
  return {
    legend: {
      ...LEGEND,
      field: 'brightness',
      label: 'Brightness',
      type: 'numbers',
      values: [],
      missing: 0,
      low: 10,
      high: 250,
      ...change
    },
    values: Float32Array.from([10, 20, NaN, 250, NaN])
  };
}

describe('Legend', () => {
  it('counts the points of the view, not of the dataset', async () => {
    const { model, entries } = await open();
    const texts = () => entries().map(({ textContent }) => textContent);
    expect(texts()).toEqual(['car 2', 'bus 1', 'no value 1']);
    act(() =>
      model.store.setState({
        ids: Uint32Array.from([1, 3]),
        shown: { ...VIEW }
      })
    );
    expect(texts()).toEqual(['car 1', 'bus 1']);
  });

  it('filters by a value, and by none', async () => {
    const { model } = await open({
      state: { view: { ...VIEW, filter: BUSES } }
    });
    const bus = screen.getByRole('button', { name: /^bus/ });
    expect(bus).toHaveAttribute('aria-pressed', 'true');
    fireEvent.click(bus);
    expect(model.setFilter).toHaveBeenLastCalledWith(null);
    const car = screen.getByRole('button', { name: /^car/ });
    expect(car).toHaveAttribute('aria-pressed', 'false');
    fireEvent.click(car);
    expect(model.setFilter).toHaveBeenLastCalledWith({
      op: 'in',
      field: 'class',
      values: ['bus', 'car']
    });
    fireEvent.click(screen.getByRole('button', { name: /^no value/ }));
    expect(model.setFilter).toHaveBeenLastCalledWith({
      op: 'in',
      field: 'class',
      values: ['bus', null]
    });
  });

  it('draws a bounded part of 1,000 values, and searches all of them', async () => {
    const { model, entries, container } = await open({
      coloring: manyValues(1000),
      positions: new Array(2000).fill(1)
    });
    expect(entries()).toHaveLength(14);
    fireEvent.click(screen.getByText('+986 more'));
    expect(entries()).toHaveLength(214);
    expect(container.querySelectorAll('*').length).toBeLessThan(1500);
    expect(screen.getByText('and 800 more')).toBeVisible();
    const search = screen.getByRole('searchbox');
    expect(search).toHaveFocus();
    fireEvent.change(search, { target: { value: ' CLASS 99' } });
    expect(entries().length - 14).toBe(11);
    fireEvent.click(screen.getByText('class 999'));
    expect(model.setFilter).toHaveBeenLastCalledWith(
      expect.objectContaining({ field: 'class' })
    );
    fireEvent.change(search, { target: { value: 'lorry' } });
    expect(screen.getByText('No value holds this text.')).toBeVisible();
    fireEvent.keyDown(search, { key: 'Escape' });
    expect(screen.queryByRole('searchbox')).toBeNull();
  });

  it('keeps what the filter asks for in sight', async () => {
    const filter: Filter = { op: 'in', field: 'class', values: ['class 700'] };
    const { entries } = await open({
      coloring: manyValues(1000),
      positions: new Array(2000).fill(1),
      state: { view: { ...VIEW, filter } }
    });
    expect(entries()).toHaveLength(15);
    expect(entries()[14]).toHaveTextContent('class 700');
    expect(entries()[14]).toHaveAttribute('aria-pressed', 'true');
  });

  it('does not grow with a filter that asks for hundreds', async () => {
    const values = Array.from({ length: 900 }, (_, i) => `class ${i + 50}`);
    const { entries } = await open({
      coloring: manyValues(1000),
      positions: new Array(2000).fill(1),
      state: { view: { ...VIEW, filter: { op: 'in', field: 'class', values } } }
    });
    expect(entries()).toHaveLength(28);
    expect(screen.getByText('+972 more')).toBeVisible();
  });

  it('shows the scale of a number', async () => {
    const { container } = await open({ coloring: numbers({ missing: 3 }) });
    expect(
      screen.getByLabelText('Scale of Brightness from 10 to 250')
    ).toBeVisible();
    expect(container).toHaveTextContent('3 without a value');
  });

  it('shows times as times, and an empty scale', async () => {
    const { container, map } = await open({
      coloring: numbers({
        field: 'captured_at',
        label: 'Captured at',
        low: 1767225600,
        high: null
      })
    });
    expect(container).toHaveTextContent(/2026/);
    expect(container).toHaveTextContent(/–$/);
    await act(() => map.colorBy(null));
    expect(container).toBeEmptyDOMElement();
  });
});

describe('countCodes', () => {
  it('counts others and those without a value apart', () => {
    const coloring = {
      legend: { ...LEGEND, others: 3 },
      // 2: one of the others
      values: Uint16Array.from([0, 2, 2, 65535, 1])
    };
    const states = Uint8Array.from([2, 2, 3, 2, 1]);
    expect(countCodes(coloring, states)).toEqual([1, 0, 2, 1]);
  });
});
