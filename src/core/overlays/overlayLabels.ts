/** What is written over an image: classes at their shapes, classes of the whole image as chips. */
import { classColor, classMark, type Mark } from '../components/classColor';
import { formatShare, outcomeColor, outcomeGlyph } from '../outcomes/outcomes';
import type { IRect, ISize } from '../components/placement';
import { GROUND_TRUTH, type IShape } from './shapes';

/** Where classes are written: nowhere, at shapes much wider than their names, at all. */
export type Labels = 'none' | 'roomy' | 'all';

export interface ILabelOptions {
  readonly labels: Labels;
  /** Whether predictions carry their confidence. */
  readonly confidences?: boolean;
}

export const LABEL_FONT = '11px sans-serif';
const HEIGHT = 14;
const PADDING = 3;
/** Marks and labels are left out on shapes smaller than this, in CSS pixels. */
const MIN_MARKED = 22;
const MARK_SIZE = 6;
const CHIP_GAP = 2;
const CHIP_INSET = 4;
const TEXT_COLOR = '#000';

/** What stands at a shape: class, and the confidence of a prediction. */
export function shapeLabel(shape: IShape, confidences = true): string {
  const name = shape.class ?? '–';
  const text =
    shape.confidence === null || !confidences
      ? name
      : `${name} ${shape.confidence.toFixed(2)}`;
  return shape.outcome ? `${outcomeGlyph(shape.outcome)} ${text}` : text;
}

/** The colour of a shape: of its outcome where that is known, else of its class. */
export function shapeColor(shape: Pick<IShape, 'class' | 'outcome'>): string {
  return shape.outcome ? outcomeColor(shape.outcome) : classColor(shape.class);
}

function drawText(
  context: CanvasRenderingContext2D,
  text: string,
  x: number,
  y: number,
  color: string
): void {
  context.fillStyle = color;
  context.fillRect(x, y, widthOf(context, text), HEIGHT);
  context.fillStyle = TEXT_COLOR;
  context.fillText(text, x + PADDING, y + HEIGHT / 2);
}

function widthOf(context: CanvasRenderingContext2D, text: string): number {
  return context.measureText(text).width + 2 * PADDING;
}

/** The name of a shape's class above its box, or the class's mark inside it. */
export function drawLabel(
  context: CanvasRenderingContext2D,
  shape: IShape,
  rect: IRect,
  highlighted: boolean,
  options: ILabelOptions
): void {
  if (Math.min(rect.w, rect.h) < MIN_MARKED && !highlighted) {
    return;
  }
  const color = shapeColor(shape);
  const label = shapeLabel(shape, options.confidences);
  const isMatch = highlighted && typeof shape.iou === 'number';
  const text = isMatch ? `${label} · IoU ${formatShare(shape.iou!, 2)}` : label;
  const written =
    options.labels === 'roomy'
      ? widthOf(context, text) < rect.w / 2
      : options.labels === 'all';
  if (highlighted || written) {
    const y = rect.y >= HEIGHT ? rect.y - HEIGHT : Math.max(rect.y, 0);
    drawText(context, text, Math.max(rect.x, 0), y, color);
    return;
  }
  if (shape.outcome) {
    const glyph = outcomeGlyph(shape.outcome);
    drawText(context, glyph, Math.max(rect.x, 0), Math.max(rect.y, 0), color);
    return;
  }
  const inset = MARK_SIZE / 2 + 2;
  context.fillStyle = color;
  traceMark(
    context,
    classMark(shape.class),
    rect.x + inset,
    rect.y + inset,
    MARK_SIZE
  );
  context.fill();
}

/**
 * Classes of the whole image, one above the other from the bottom left of what is seen of it.
 *
 * Predictions have a dashed border. `alphaOf` says how strongly each is drawn.
 */
export function drawChips(
  context: CanvasRenderingContext2D,
  shapes: readonly IShape[],
  image: IRect,
  canvas: ISize,
  options: ILabelOptions,
  alphaOf: (shape: IShape) => number
): void {
  const x = Math.max(image.x, 0) + CHIP_INSET;
  let y = Math.min(image.y + image.h, canvas.height) - CHIP_INSET - HEIGHT;
  for (const shape of shapes) {
    if (y < 0) {
      return;
    }
    const text =
      options.labels === 'none' ? '' : shapeLabel(shape, options.confidences);
    context.globalAlpha = alphaOf(shape);
    drawText(context, text, x, y, shapeColor(shape));
    if (shape.source !== GROUND_TRUTH) {
      context.strokeStyle = TEXT_COLOR;
      context.lineWidth = 1;
      context.setLineDash([3, 2]);
      const width = widthOf(context, text);
      context.strokeRect(x + 0.5, y + 0.5, width - 1, HEIGHT - 1);
    }
    y -= HEIGHT + CHIP_GAP;
  }
}

/** The outline of a mark around its centre. */
export function traceMark(
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
