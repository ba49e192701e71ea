import { classColor } from '../../components/classColor';
import { parseGeometry } from '../geometry';
import { drawOverlay, lineDash } from '../overlay';
import { outcomeColor } from '../../outcomes/outcomes';
import { shapeLabel } from '../overlayLabels';
import type { IShape } from '../shapes';

const SIZE = { width: 100, height: 100 };
const HALF = { scale: 0.5, x: 0, y: 0 };

function shape(change: Partial<IShape> = {}): IShape {
  return {
    id: 1,
    rect: { x: 20, y: 40, w: 100, h: 60 },
    geometry: { kind: 'box' },
    class: 'car',
    source: 'ground_truth',
    confidence: null,
    crowd: false,
    matching: true,
    ...change
  };
}

/** A canvas whose context records strokes with the style they were drawn in. */
function record() {
  const strokes: { color: string; alpha: number; width: number }[] = [];
  const fills: number[] = [];
  const arcs: number[][] = [];
  const chips: number[][] = [];
  const rects: number[][] = [];
  const texts: string[] = [];
  const lines: number[][] = [];
  const context = {
    setTransform: jest.fn(),
    clearRect: jest.fn(),
    setLineDash: jest.fn(),
    beginPath: jest.fn(),
    closePath: jest.fn(),
    arc: (...args: number[]) => arcs.push(args.slice(0, 2)),
    strokeRect: jest.fn(),
    fill() {
      fills.push(this.globalAlpha);
    },
    fillRect: (...args: number[]) => chips.push(args),
    moveTo: (x: number, y: number) => lines.push([x, y]),
    lineTo: (x: number, y: number) => lines.push([x, y]),
    rect: (...args: number[]) => rects.push(args),
    measureText: (text: string) => ({ width: 6 * text.length }),
    fillText: (text: string) => texts.push(text),
    strokeStyle: '',
    globalAlpha: 1,
    lineWidth: 1,
    stroke() {
      strokes.push({
        color: this.strokeStyle,
        alpha: this.globalAlpha,
        width: this.lineWidth
      });
    }
  };
  const canvas = document.createElement('canvas');
  canvas.getContext = (() => context) as never;
  return { canvas, context, strokes, fills, arcs, chips, rects, texts, lines };
}

describe('drawOverlay', () => {
  it('scales boxes from image pixels and colours them by class', () => {
    const { canvas, rects, strokes } = record();
    drawOverlay(canvas, SIZE, [shape()], HALF, { labels: 'none' });
    expect(rects[0]).toEqual([10, 20, 50, 30]);
    expect(strokes[0]).toMatchObject({ color: classColor('car'), alpha: 1 });
  });

  it('draws polygons instead of their boxes', () => {
    const { canvas, lines } = record();
    const polygons = [[0, 0, 20, 0, 20, 20]];
    const geometry = parseGeometry('polygon', polygons);
    drawOverlay(canvas, SIZE, [shape({ geometry })], HALF, { labels: 'none' });
    expect(lines.slice(0, 3)).toEqual([
      [0, 0],
      [10, 0],
      [10, 10]
    ]);
  });

  it('draws masks by their outline and fills regions as strongly as asked', () => {
    const mask = { counts: [5, 2, 2, 2, 5], size: [4, 5] };
    const geometry = parseGeometry('mask', mask);
    const { canvas, lines, fills } = record();
    const draw = (fill: number, change = {}): void =>
      drawOverlay(
        canvas,
        SIZE,
        [shape({ geometry, ...change })],
        { scale: 10, x: 1, y: 0 },
        { labels: 'none', fill }
      );
    draw(0.4);
    expect(new Set(lines.slice(0, 4).map(String))).toEqual(
      new Set(['11,10', '31,10', '31,30', '11,30'])
    );
    expect(fills[0]).toBeCloseTo(0.4);
    fills.length = 0;
    draw(0);
    // only the class's mark
    expect(fills.every(alpha => alpha === 1)).toBe(true);
    fills.length = 0;
    draw(0, { crowd: true });
    expect(fills[0]).toBeLessThan(0.5);
    fills.length = 0;
    draw(0.4, { geometry: { kind: 'box' } });
    expect(fills.every(alpha => alpha === 1)).toBe(true);
  });

  it('draws labelled keypoints, full or hollow, and the limbs between them', () => {
    const points = [20, 40, 2, 60, 40, 1, 0, 0, 0];
    const geometry = parseGeometry('keypoints', points, [
      [0, 1],
      [1, 2]
    ]);
    const { canvas, lines, arcs } = record();
    drawOverlay(canvas, SIZE, [shape({ geometry })], HALF, { labels: 'none' });
    expect(lines.slice(0, 2)).toEqual([
      [10, 20],
      [30, 20]
    ]);
    expect(arcs.slice(0, 2)).toEqual([
      [10, 20],
      [30, 20]
    ]);
  });

  it('writes classes of the image from its bottom left corner up', () => {
    const whole = shape({
      geometry: { kind: 'image' },
      rect: { x: 0, y: 0, w: 200, h: 100 }
    });
    const { canvas, texts, chips, context } = record();
    const shapes = [whole, { ...whole, id: 2, class: 'bus', source: 'run' }];
    drawOverlay(canvas, SIZE, shapes, HALF, { labels: 'roomy' });
    expect(texts).toEqual(['car', 'bus']);
    expect(chips[0]).toEqual([4, 32, 24, 14]);
    expect(chips[1][1]).toBeLessThan(chips[0][1]);
    expect(context.strokeRect).toHaveBeenCalledTimes(1);
  });

  it('lets what does not match recede', () => {
    const { canvas, strokes } = record();
    drawOverlay(canvas, SIZE, [shape({ matching: false })], HALF, {
      labels: 'none'
    });
    expect(strokes[0].alpha).toBeLessThan(1);
  });

  it('draws the highlighted shape last, thicker and labelled', () => {
    const { canvas, strokes, texts } = record();
    const shapes = [shape({ id: 7, class: 'bus' }), shape()];
    drawOverlay(canvas, SIZE, shapes, HALF, { labels: 'none', highlight: 7 });
    expect(strokes.map(s => s.color)).toEqual([
      classColor('car'),
      classColor('bus')
    ]);
    expect(strokes[1].width).toBeGreaterThan(strokes[0].width);
    expect(texts).toEqual(['bus']);
  });

  it('labels only roomy boxes where asked to', () => {
    const { canvas, texts } = record();
    const narrow = shape({ class: 'locomotive' });
    drawOverlay(canvas, SIZE, [shape(), narrow], HALF, { labels: 'roomy' });
    expect(texts).toEqual(['car']);
  });

  it('leaves labels off tiny boxes', () => {
    const { canvas, texts } = record();
    const tiny = shape({ rect: { x: 0, y: 0, w: 4, h: 4 } });
    drawOverlay(canvas, SIZE, [tiny], HALF, { labels: 'all' });
    expect(texts).toEqual([]);
  });
});

describe('cues', () => {
  it('tells sources by the line', () => {
    const truth = lineDash({ source: 'ground_truth', crowd: false });
    const prediction = lineDash({ source: 'run-a', crowd: false });
    const crowd = lineDash({ source: 'ground_truth', crowd: true });
    expect(truth).toEqual([]);
    expect(prediction.length).toBe(2);
    expect(crowd).not.toEqual(prediction);
    expect(crowd).not.toEqual(truth);
  });

  it('colours and marks outcomes, in the place of classes', () => {
    const { canvas, strokes, texts } = record();
    const found = shape({ outcome: 'true_positive', partner: 9, iou: 0.81 });
    const label = shape({ id: 9, outcome: 'true_positive', partner: 1 });
    drawOverlay(canvas, SIZE, [found, label], HALF, {
      labels: 'none',
      highlight: found.id
    });
    expect(strokes.map(s => s.color)).toEqual([
      outcomeColor('true_positive'),
      outcomeColor('true_positive')
    ]);
    // the other end of the match does not step back
    expect(strokes[0].alpha).toBe(1);
    expect(texts).toEqual(['✓', '✓ car · IoU .81']);
  });

  it('writes the confidence of predictions', () => {
    expect(shapeLabel(shape())).toBe('car');
    const prediction = shape({ confidence: 0.876 });
    expect(shapeLabel(prediction)).toBe('car 0.88');
    expect(shapeLabel(prediction, false)).toBe('car');
  });
});
