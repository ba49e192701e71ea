/** Draws annotations over an image: colour and mark by class, dash by source. */
import { classColor, classMark, type Mark } from './classColor';
import { project, type IPlacement, type IRect, type ISize } from './placement';
import { GROUND_TRUTH, type IShape } from './shapes';

/** Where class and confidence are written: nowhere, at shapes much wider than them, at all. */
export type Labels = 'none' | 'roomy' | 'all';

export interface IOverlayOptions {
  readonly labels: Labels;
  /** The shape drawn strongest; the others step back. */
  readonly highlight?: number | null;
  /** Line width in CSS pixels. */
  readonly lineWidth?: number;
}

const DASH = [5, 3];
const CROWD_DASH = [1, 3];
const LABEL_FONT = '11px sans-serif';
const LABEL_HEIGHT = 14;
const LABEL_PADDING = 3;
/** Marks and labels are left out on shapes smaller than this, in CSS pixels. */
const MIN_MARKED = 22;
const MARK_SIZE = 6;

/** Solid for ground truth, dashed for predictions, dotted for crowds. */
export function lineDash(shape: Pick<IShape, 'crowd' | 'source'>): number[] {
  if (shape.crowd) {
    return CROWD_DASH;
  }
  return shape.source === GROUND_TRUTH ? [] : DASH;
}

/** What stands at a shape: class, and the confidence of a prediction. */
export function shapeLabel(shape: IShape): string {
  const name = shape.class ?? '–';
  return shape.confidence === null
    ? name
    : `${name} ${shape.confidence.toFixed(2)}`;
}

/** The outline of a mark around its centre. */
export function tracePath(
  context: CanvasRenderingContext2D,
  mark: Mark,
  x: number,
  y: number,
  size: number
): void {
  const half = size / 2;
  context.beginPath();
  switch (mark) {
    case 'circle':
      context.arc(x, y, half, 0, 2 * Math.PI);
      break;
    case 'diamond':
      context.moveTo(x, y - half);
      context.lineTo(x + half, y);
      context.lineTo(x, y + half);
      context.lineTo(x - half, y);
      break;
    case 'triangle':
      context.moveTo(x, y - half);
      context.lineTo(x + half, y + half);
      context.lineTo(x - half, y + half);
      break;
    default:
      context.rect(x - half, y - half, size, size);
  }
  context.closePath();
}

function traceShape(
  context: CanvasRenderingContext2D,
  shape: IShape,
  rect: IRect,
  placement: IPlacement
): void {
  context.beginPath();
  if (shape.polygons.length === 0) {
    context.rect(rect.x, rect.y, rect.w, rect.h);
    return;
  }
  for (const ring of shape.polygons) {
    for (let i = 0; i + 1 < ring.length; i += 2) {
      const x = ring[i] * placement.scale + placement.x;
      const y = ring[i + 1] * placement.scale + placement.y;
      if (i === 0) {
        context.moveTo(x, y);
      } else {
        context.lineTo(x, y);
      }
    }
    context.closePath();
  }
}

function labelWidth(context: CanvasRenderingContext2D, shape: IShape): number {
  return context.measureText(shapeLabel(shape)).width + 2 * LABEL_PADDING;
}

function hasLabel(
  context: CanvasRenderingContext2D,
  shape: IShape,
  rect: IRect,
  labels: Labels
): boolean {
  return labels === 'roomy'
    ? labelWidth(context, shape) < rect.w / 2
    : labels === 'all';
}

function drawLabel(
  context: CanvasRenderingContext2D,
  shape: IShape,
  rect: IRect,
  color: string
): void {
  const width = labelWidth(context, shape);
  const x = Math.max(rect.x, 0);
  const y = rect.y >= LABEL_HEIGHT ? rect.y - LABEL_HEIGHT : rect.y;
  context.fillStyle = color;
  context.fillRect(x, y, width, LABEL_HEIGHT);
  context.fillStyle = '#000';
  context.fillText(shapeLabel(shape), x + LABEL_PADDING, y + LABEL_HEIGHT / 2);
}

function drawShape(
  context: CanvasRenderingContext2D,
  shape: IShape,
  placement: IPlacement,
  options: IOverlayOptions
): void {
  const rect = project(shape.rect, placement);
  const color = classColor(shape.class);
  const highlighted = shape.id === options.highlight;
  const receding =
    (options.highlight ?? null) !== null ? !highlighted : !shape.matching;
  context.globalAlpha = receding ? 0.35 : 1;
  context.strokeStyle = color;
  context.lineWidth = (options.lineWidth ?? 1.5) * (highlighted ? 2 : 1);
  context.setLineDash(lineDash(shape));
  traceShape(context, shape, rect, placement);
  context.stroke();
  if (shape.crowd || highlighted) {
    context.globalAlpha *= 0.18;
    context.fillStyle = color;
    context.fill();
    context.globalAlpha = receding ? 0.35 : 1;
  }
  if (Math.min(rect.w, rect.h) < MIN_MARKED && !highlighted) {
    return;
  }
  if (highlighted || hasLabel(context, shape, rect, options.labels)) {
    drawLabel(context, shape, rect, color);
    return;
  }
  context.fillStyle = color;
  const inset = MARK_SIZE / 2 + 2;
  tracePath(
    context,
    classMark(shape.class),
    rect.x + inset,
    rect.y + inset,
    MARK_SIZE
  );
  context.fill();
}

/**
 * Draw shapes on a canvas of `size` CSS pixels, sharp at any device pixel ratio.
 *
 * The highlighted shape is drawn last, so that nothing covers it.
 */
export function drawOverlay(
  canvas: HTMLCanvasElement,
  size: ISize,
  shapes: readonly IShape[],
  placement: IPlacement,
  options: IOverlayOptions
): void {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(size.width * ratio);
  canvas.height = Math.round(size.height * ratio);
  const context = canvas.getContext('2d');
  if (context === null) {
    return;
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, size.width, size.height);
  context.font = LABEL_FONT;
  context.textBaseline = 'middle';
  const last = shapes.find(shape => shape.id === options.highlight);
  for (const shape of shapes) {
    if (shape !== last) {
      drawShape(context, shape, placement, options);
    }
  }
  if (last !== undefined) {
    drawShape(context, last, placement, options);
  }
}
