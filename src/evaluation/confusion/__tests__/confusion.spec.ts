import type { IConfusionCell } from '../../client';
import { errorCounts, matrixOf, topConfusions } from '../confusion';
import { curvePath, nearestPoint, pointAt } from '../../plots/CurvePlot';
import { COUNTS, CURVES } from '../../__tests__/fixtures';

const OPTIONS = { order: 'errors', limit: 10, heat: 'count' } as const;

describe('matrixOf', () => {
  it('puts the class with the most errors first and background last', () => {
    const errors = errorCounts(COUNTS.confusion);
    expect(errors.get('RBC')).toBe(3 + 14 + 71 + 2 + 9 + 44);
    const { classes, hidden } = matrixOf(
      COUNTS.confusion,
      COUNTS.per_class,
      OPTIONS
    );
    expect(classes).toEqual(['RBC', 'Platelets', 'WBC', null]);
    expect(hidden).toBe(0);
  });

  it('heats only what lies beside the diagonal', () => {
    const { cells } = matrixOf(COUNTS.confusion, COUNTS.per_class, OPTIONS);
    const heat = (label: string | null, predicted: string | null): number =>
      cells.find(cell => cell.true === label && cell.predicted === predicted)!
        .heat;
    expect(heat('RBC', 'RBC')).toBe(0);
    expect(heat('RBC', null)).toBe(1);
    expect(heat(null, 'RBC')).toBeCloseTo(44 / 71);
    const shares = matrixOf(COUNTS.confusion, COUNTS.per_class, {
      ...OPTIONS,
      heat: 'share'
    }).cells;
    // the row of the background has 55 predictions, 44 of them RBC
    const most = shares.find(({ heat }) => heat === 1)!;
    expect([most.true, most.predicted]).toEqual([null, 'RBC']);
  });

  it('orders by labels and by name, and leaves out what is too much', () => {
    const order = (order: 'support' | 'name', limit = 10) =>
      matrixOf(COUNTS.confusion, COUNTS.per_class, {
        ...OPTIONS,
        order,
        limit
      });
    expect(order('support').classes).toEqual(['RBC', 'Platelets', 'WBC', null]);
    expect(order('name').classes).toEqual(['Platelets', 'RBC', 'WBC', null]);
    const few = order('name', 1);
    expect(few.classes).toEqual(['Platelets', null]);
    expect(few.hidden).toBe(2);
    expect(few.cells.every(({ true: label }) => label !== 'RBC')).toBe(true);
  });
});

describe('topConfusions', () => {
  const pairs = (cells: IConfusionCell[]) =>
    cells.map(cell => [cell.true, cell.predicted, cell.count]);

  it('lists wrong pairs of classes, most frequent first', () => {
    expect(pairs(topConfusions(COUNTS.confusion, 2, false))).toEqual([
      ['RBC', 'Platelets', 14],
      ['Platelets', 'RBC', 9]
    ]);
    expect(pairs(topConfusions(COUNTS.confusion, 2, true))).toEqual([
      ['RBC', null, 71],
      [null, 'RBC', 44]
    ]);
  });
});

describe('curves', () => {
  const [curve] = CURVES.precision_recall;

  it('draws and finds points', () => {
    expect(curvePath(curve)).toMatch(/^M0\.0 0\.0L/);
    expect(nearestPoint(curve, { x: 0.52, y: 0.9 })).toBe(10);
    expect(nearestPoint({ ...curve, x: [], y: [] }, { x: 0, y: 0 })).toBe(-1);
  });

  it('knows the point of a threshold: the last that is not below it', () => {
    expect(pointAt(curve, 0.35)).toBe(13);
    expect(curve.confidence[13]).toBeCloseTo(0.35);
    expect(pointAt(curve, 2)).toBe(-1);
    expect(pointAt({ ...curve, confidence: [] }, 0.5)).toBe(-1);
  });
});
