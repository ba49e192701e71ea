import '@testing-library/jest-dom';
import { act, fireEvent, render, screen } from '@testing-library/react';
import * as React from 'react';
import type { IColoring } from '../../embeddings/client';
import { outcomeColor, outcomeFilter } from '../../core/outcomes/outcomes';
import { trans, VIEW } from '../../core/components/__tests__/fakes';
import { Legend } from '../legend/Legend';
import { MapToolbar } from '../MapToolbar';
import { fakeMap, fakeView, LEGEND, settled } from './fakeMap';

jest.mock('../points/makeWorker', () => ({}));

const OUTCOMES: IColoring = {
  legend: {
    ...LEGEND,
    field: 'outcome',
    label: 'Outcome',
    values: [
      { value: 'false_negative', count: 1 },
      { value: 'false_positive', count: 2 }
    ]
  },
  values: Uint16Array.from([0, 1, 65535, 1, 65535])
};

async function open() {
  const place = await fakeMap({
    coloring: OUTCOMES,
    client: {
      evaluations: {
        evaluations: async () => [{ evaluation: 'run-a' }]
      } as never
    }
  });
  const view = fakeView(place.map);
  const shown = render(
    <>
      <MapToolbar {...place} view={view} mode="pan" onMode={() => undefined} />
      <Legend model={place.model} map={place.map} trans={trans} />
    </>
  );
  await act(settled);
  fireEvent.change(screen.getByLabelText('Colour by'), {
    target: { value: '@outcome:run-a' }
  });
  await act(settled);
  return { ...place, ...shown };
}

describe('a map coloured by outcomes', () => {
  it('asks for an evaluation’s outcomes at the threshold of the view', async () => {
    const { embeddings, model, map } = await open();
    const asked = (): unknown =>
      (embeddings.colors as jest.Mock).mock.lastCall[1];
    expect(asked()).toEqual({
      field: 'outcome',
      level: 'samples',
      outcomes: outcomeFilter('run-a', null)
    });
    const [red, green, blue] = map.colors.subarray(0, 3);
    const hex = [red, green, blue].map(part =>
      part.toString(16).padStart(2, '0')
    );
    expect(`#${hex.join('')}`).toBe(outcomeColor('false_negative'));
    const outcomes = outcomeFilter('run-a', 0.7);
    await act(async () => {
      model.store.setState({ view: { ...VIEW, outcomes } });
      await settled();
    });
    expect(asked()).toMatchObject({ outcomes: { confidence: 0.7 } });
    fireEvent.change(screen.getByLabelText('Colour by'), {
      target: { value: '' }
    });
    await act(settled);
    expect(map.store.getState()).toMatchObject({
      colorByOutcome: null,
      coloring: null
    });
  });

  it('shows one outcome by a click on its entry, and all by another', async () => {
    const { model, container } = await open();
    const entries = container.querySelectorAll('.vl-map-entry');
    expect([...entries].map(({ textContent }) => textContent)).toEqual([
      '○false negatives 1',
      '✕false positives 2'
    ]);
    fireEvent.click(entries[1]);
    const kept = outcomeFilter('run-a', null, {
      outcomes: ['false_positive']
    });
    expect(model.setOutcomes).toHaveBeenLastCalledWith(kept);
    act(() => model.store.setState({ view: { ...VIEW, outcomes: kept } }));
    expect(entries[1]).toHaveAttribute('aria-pressed', 'true');
    fireEvent.click(entries[1]);
    expect(model.setOutcomes).toHaveBeenLastCalledWith(null);
  });
});
