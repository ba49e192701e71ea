import '@testing-library/jest-dom';
import { act, render } from '@testing-library/react';
import * as React from 'react';
import { VIEW } from '../../../core/components/__tests__/fakes';
import { Overview } from '../Overview';
import type { IMapView } from '../useRenderer';
import {
  COLORING,
  fakeHost,
  fakeMap,
  fakeRenderer,
  fakeView,
  PROJECTION
} from '../../__tests__/fakeMap';

jest.mock('../../points/makeWorker', () => ({}));

/** Two thirds of the points around (-50, 0), the others around (50, 0). */
function clusters(count: number): number[] {
  return Array.from({ length: 2 * count }, (_, i) => {
    const id = i >> 1;
    const spread = ((id * 7919 + (i & 1) * 31) % 20) - 10;
    return i & 1 ? spread : (id % 3 === 2 ? 50 : -50) + spread;
  });
}

function colored(count: number) {
  return {
    legend: COLORING.legend,
    values: Uint16Array.from({ length: count }, (_, id) =>
      id % 3 === 2 ? 1 : 0
    )
  };
}

async function open(count: number, change: Parameters<typeof fakeMap>[0] = {}) {
  const place = await fakeMap({
    positions: clusters(count),
    coloring: colored(count),
    ...change
  });
  const host = fakeHost();
  const overview = (view: IMapView): JSX.Element => (
    <Overview map={place.map} view={view} host={host} />
  );
  const rendered = render(overview(fakeView(place.map)));
  const { container } = rendered;
  const paths = () => container.querySelectorAll('path').length;
  const texts = () =>
    [...container.querySelectorAll('text')].map(node => ({
      text: node.textContent,
      x: Number(node.getAttribute('x'))
    }));
  const rest = () => act(() => jest.advanceTimersByTimeAsync(200));
  const draw = (view: IMapView): void => rendered.rerender(overview(view));
  return { ...place, container, paths, texts, rest, draw };
}

describe('Overview', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('draws contours of many points, and names values where they are', async () => {
    const { paths, texts, rest, container } = await open(1800);
    expect(paths()).toBe(0);
    await rest();
    expect(paths()).toBeGreaterThan(1);
    const [first] = container.querySelectorAll('path');
    expect(first.getAttribute('d')).toMatch(/^M-?[\d.]+ .*Z$/);
    const named = texts();
    expect(named.map(({ text }) => text).sort()).toEqual(['bus', 'car']);
    const x = (text: string): number =>
      named.find(each => each.text === text)!.x;
    // the panel is 200 pixels wide
    expect(Math.abs(x('car') - 50)).toBeLessThan(15);
    expect(Math.abs(x('bus') - 150)).toBeLessThan(15);
  });

  it('follows the camera', async () => {
    const { texts, rest, draw, map, container } = await open(60);
    await rest();
    const before = texts();
    const camera = { target: [-50, 0, 0] as const, zoom: 1 };
    draw(fakeView(map, { moves: 1 }, fakeRenderer({ camera, nearer: 1 })));
    const after = texts();
    expect(after.map(({ text }) => text)).toEqual(
      before.map(({ text }) => text)
    );
    after.forEach(({ x }, i) => expect(x).toBeCloseTo(before[i].x + 50));
    expect(container.querySelector('g')).toHaveAttribute(
      'transform',
      'translate(150 50) scale(1 -1)'
    );
  });

  it('names what the view shows only', async () => {
    const { model, texts, rest } = await open(60);
    await rest();
    expect(texts()).toHaveLength(2);
    const ids = Uint32Array.from({ length: 60 }, (_, id) => id);
    act(() =>
      model.store.setState({
        ids: ids.filter(id => id % 3 === 2),
        shown: { ...VIEW }
      })
    );
    await rest();
    expect(texts().map(({ text }) => text)).toEqual(['bus']);
  });

  it('has no contours of few points, no names of numbers', async () => {
    const { paths, texts, rest } = await open(60, {
      coloring: {
        legend: { ...COLORING.legend, type: 'numbers', values: [] },
        values: new Float32Array(60)
      }
    });
    await rest();
    expect(paths()).toBe(0);
    expect(texts()).toEqual([]);
  });

  it('is not there from nearby, nor with three dimensions', async () => {
    const { container, draw, map, rest } = await open(60);
    await rest();
    draw(fakeView(map, { moves: 1 }, fakeRenderer({ nearer: 3 })));
    expect(container).toBeEmptyDOMElement();
    draw(fakeView(map, { moves: 2 }, fakeRenderer({ camera: null })));
    expect(container).toBeEmptyDOMElement();
    const orbit = await open(60, {
      projections: [{ ...PROJECTION, dimensions: 3 }]
    });
    await orbit.rest();
    expect(orbit.container).toBeEmptyDOMElement();
  });
});
