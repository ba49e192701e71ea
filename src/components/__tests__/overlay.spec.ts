import { classColor } from '../classColor';
import { drawOverlay, lineDash, shapeLabel } from '../overlay';
import type { IShape } from '../shapes';

const SIZE = { width: 100, height: 100 };
const HALF = { scale: 0.5, x: 0, y: 0 };

function shape(change: Partial<IShape> = {}): IShape {
  return {
    id: 1,
    rect: { x: 20, y: 40, w: 100, h: 60 },
    polygons: [],
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
  const rects: number[][] = [];
  const texts: string[] = [];
  const lines: number[][] = [];
  const context = {
    setTransform: jest.fn(),
    clearRect: jest.fn(),
    setLineDash: jest.fn(),
    beginPath: jest.fn(),
    closePath: jest.fn(),
    arc: jest.fn(),
    fill: jest.fn(),
    fillRect: jest.fn(),
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
  return { canvas, context, strokes, rects, texts, lines };
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
    drawOverlay(canvas, SIZE, [shape({ polygons })], HALF, { labels: 'all' });
    expect(lines).toEqual([
      [0, 0],
      [10, 0],
      [10, 10]
    ]);
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

  it('writes the confidence of predictions', () => {
    expect(shapeLabel(shape())).toBe('car');
    expect(shapeLabel(shape({ confidence: 0.876 }))).toBe('car 0.88');
  });
});
