import { readColoring, type IColoring } from '../../../embeddings/client';
import { classColor } from '../../../core/components/classColor';
import { fitCamera } from '../../deck/camera';
import { unmarked } from '../../deck/load';
import { pointRadius } from '../../deck/style';
import { countCodes, matching } from '../../legend/Legend';
import { preferred } from '../../mapModel';
import { fillColors, rampColor } from '../../legend/palette';
import { boundsOf, fillStates, readPoints, State } from '../points';

jest.mock('../../deck/deckRenderer', () => ({}), { virtual: true });
jest.mock('../makeWorker', () => ({}));

const POINTS = readPoints(
  new Float32Array([0, 0, 1, 2, NaN, NaN, -1, 4, 3, 3]),
  2
);

function coloring(codes: number[], values: string[]): IColoring {
  return {
    legend: {
      field: 'split',
      label: 'Split',
      level: 'samples',
      type: 'values',
      version: 1,
      size: codes.length,
      values: values.map(value => ({ value, count: 0 })),
      others: 0,
      others_count: 0,
      missing: 0,
      low: null,
      high: null
    },
    values: Uint16Array.from(codes)
  };
}

describe('points', () => {
  it('are counted and bounded without the holes', () => {
    expect(POINTS).toMatchObject({
      size: 5,
      count: 4,
      low: [-1, 0],
      high: [3, 4]
    });
    expect(readPoints(new Float32Array([NaN, NaN]), 2).low).toEqual([0, 0]);
  });

  it('are masked by the view, selected within it', () => {
    const states = new Uint8Array(5);
    const selection = { level: 'samples', ids: new Set([1, 3, 9]) } as const;
    const ids = Uint32Array.from([1, 2, 4, 99]);
    fillStates(states, POINTS, ids, selection, 'samples');
    expect([...states]).toEqual([
      State.masked,
      State.selected,
      State.none,
      State.masked,
      State.shown
    ]);
    expect(boundsOf(POINTS, states, State.shown)).toEqual({
      low: [1, 2],
      high: [3, 3]
    });
    fillStates(states, POINTS, null, selection, 'annotations');
    expect([...states]).toEqual([2, 2, 0, 2, 2]);
    fillStates(states, POINTS, new Uint32Array(), selection, 'samples');
    expect(boundsOf(POINTS, states, State.shown)).toBeNull();
  });
});

describe('the camera', () => {
  it('shows all with room around, whatever is longer', () => {
    const size = { width: 800, height: 400 };
    const { target, zoom } = fitCamera(POINTS, 2, size);
    expect(target).toEqual([1, 2, 0]);
    expect(2 ** zoom).toBeCloseTo((0.88 * 400) / 4);
  });

  it('comes no nearer than it may to a single point', () => {
    const one = { low: [1, 1], high: [1, 1] };
    expect(fitCamera(one, 2, { width: 9, height: 9 }, 7).zoom).toBe(7);
  });

  it('lets points grow to a limit only', () => {
    expect(pointRadius(100, 0)).toBeGreaterThan(pointRadius(1e6, 0));
    expect(pointRadius(1e6, 0)).toBeGreaterThanOrEqual(1);
    expect(pointRadius(100, 50)).toBe(9);
  });
});

describe('colours', () => {
  it('are those of the values, grey without one or beyond the list', () => {
    const colors = new Uint8Array(4 * 5);
    fillColors(colors, coloring([0, 1, 65535, 2], ['train', 'val']));
    const hex = (id: number): string =>
      `#${[...colors.subarray(4 * id, 4 * id + 3)]
        .map(byte => byte.toString(16).padStart(2, '0'))
        .join('')}`;
    expect(hex(0)).toBe(classColor('train'));
    expect(hex(1)).toBe(classColor('val'));
    expect(new Set([hex(2), hex(3), hex(4)])).toEqual(new Set(['#8c959f']));
  });

  it('run along a ramp for numbers', () => {
    const numbers: IColoring = {
      legend: { ...coloring([], []).legend, type: 'numbers', low: 1, high: 3 },
      values: new Float32Array([1, 3, NaN])
    };
    const colors = new Uint8Array(12);
    fillColors(colors, numbers);
    expect([...colors.subarray(0, 3)]).toEqual(rampColor(0));
    expect([...colors.subarray(4, 7)]).toEqual(rampColor(1));
    expect([...colors.subarray(8, 11)]).toEqual([140, 149, 159]);
  });

  it('come as a legend and values in one answer', () => {
    const { legend } = coloring([], ['split a']);
    const json = JSON.stringify(legend);
    const text = json.padEnd(Math.ceil(json.length / 4) * 4);
    const frame = new Uint8Array(4 + text.length + 4);
    new DataView(frame.buffer).setUint32(0, text.length, true);
    frame.set(Buffer.from(text), 4);
    frame.set([0, 0, 255, 255], 4 + text.length);
    const read = readColoring(frame.buffer);
    expect(read.legend).toEqual(legend);
    expect([...read.values]).toEqual([0, 65535]);
  });
});

describe('the legend', () => {
  it('counts the points of each value that the view shows', () => {
    const states = Uint8Array.from([2, 3, 1, 2, 0, 2]);
    const all = coloring([0, 0, 0, 1, 1, 65535], ['a', 'b']);
    expect(countCodes(all, states)).toEqual([2, 1, 0, 1]);
  });

  it('is searched by name, among a thousand', () => {
    const entries = Array.from({ length: 1000 }, (_, code) => ({
      code,
      value: `class ${code}`,
      count: 1
    }));
    const found = matching(entries, ' CLASS 99 '.toLowerCase());
    expect(found.map(({ code }) => code)).toEqual([
      99,
      ...Array.from({ length: 10 }, (_, i) => 990 + i)
    ]);
    expect(matching(entries, '')).toHaveLength(1000);
  });
});

describe('the projection shown', () => {
  const made = (projection: string, created: string, preview = false) => ({
    projection,
    space: 's',
    level: 'samples' as const,
    method: 'umap',
    dimensions: 2,
    parameters: {},
    rows: 1,
    preview,
    warning: null,
    created_at: created
  });

  it('is the newest that is no stand-in', () => {
    const all = [made('a', '1'), made('b', '2'), made('c', '3', true)];
    expect(preferred(all, null)?.projection).toBe('b');
    expect(preferred([all[2]], null)?.projection).toBe('c');
    expect(preferred([], null)).toBeNull();
  });

  it('stays, but a stand-in gives way to what it stood for', () => {
    const all = [made('a', '1'), made('b', '2', true), made('c', '3')];
    expect(preferred(all, all[0])?.projection).toBe('a');
    expect(preferred(all, all[1])?.projection).toBe('c');
    expect(preferred(all.slice(0, 2), all[1])?.projection).toBe('b');
    expect(preferred(all, made('gone', '0'))?.projection).toBe('c');
  });
});

describe('loading deck.gl', () => {
  it('hides the mark of another copy and puts it back', async () => {
    const scope = globalThis as unknown as Record<string, unknown>;
    scope.deck = { VERSION: '8.0.0' };
    const seen = await unmarked(async () => {
      scope.luma = { VERSION: 'ours' };
      return scope.deck;
    });
    expect(seen).toBeUndefined();
    expect(scope.deck).toEqual({ VERSION: '8.0.0' });
    expect(scope.luma).toBeUndefined();
    delete scope.deck;
  });
});
