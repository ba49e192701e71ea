/** Draws annotations over an image: colour and mark by class or outcome, dash by source. */
import { keypoint, limbs } from './geometry';
import { maskRings, type Rings } from './maskOutline';
import {
  drawChips,
  drawLabel,
  LABEL_FONT,
  shapeColor,
  type ILabelOptions
} from './overlayLabels';
import {
  project,
  type IPlacement,
  type IRect,
  type ISize
} from '../components/placement';
import { GROUND_TRUTH, type IShape } from './shapes';

export interface IOverlayOptions extends ILabelOptions {
  /** How strongly the inside of polygons and masks is filled, 0 to 1; 0: outlines only. */
  readonly fill?: number;
  /** The shape drawn strongest; the others step back. */
  readonly highlight?: number | null;
  /** Line width in CSS pixels. */
  readonly lineWidth?: number;
}

const DASH = [5, 3];
const CROWD_DASH = [1, 3];
const RECEDING = 0.35;
/** Opacity of the inside of crowds, and of any shape pointed at. */
const MARKED_FILL = 0.18;

/** Solid for ground truth, dashed for predictions, dotted for crowds. */
export function lineDash(shape: Pick<IShape, 'crowd' | 'source'>): number[] {
  if (shape.crowd) {
    return CROWD_DASH;
  }
  return shape.source === GROUND_TRUTH ? [] : DASH;
}

function traceRings(
  context: CanvasRenderingContext2D,
  rings: Rings,
  { scale, x, y }: IPlacement
): void {
  context.beginPath();
  for (const ring of rings) {
    context.moveTo(ring[0] * scale + x, ring[1] * scale + y);
    for (let i = 2; i + 1 < ring.length; i += 2) {
      context.lineTo(ring[i] * scale + x, ring[i + 1] * scale + y);
    }
    context.closePath();
  }
}

/** The outline of everything but keypoints, of which the box is the outline. */
function traceOutline(
  context: CanvasRenderingContext2D,
  shape: IShape,
  rect: IRect,
  placement: IPlacement
): void {
  const { geometry } = shape;
  if (geometry.kind === 'polygon') {
    traceRings(context, geometry.rings, placement);
  } else if (geometry.kind === 'mask') {
    traceRings(context, maskRings(geometry.mask, placement.scale), placement);
  } else {
    context.beginPath();
    context.rect(rect.x, rect.y, rect.w, rect.h);
  }
}

/** Limbs, then points: full where visible, hollow where hidden. */
function drawKeypoints(
  context: CanvasRenderingContext2D,
  shape: IShape,
  placement: IPlacement,
  lineWidth: number
): void {
  const { geometry } = shape;
  if (geometry.kind !== 'keypoints') {
    return;
  }
  const { points, skeleton } = geometry;
  const { scale, x, y } = placement;
  context.lineWidth = lineWidth;
  context.beginPath();
  for (const [x1, y1, x2, y2] of limbs(points, skeleton)) {
    context.moveTo(x1 * scale + x, y1 * scale + y);
    context.lineTo(x2 * scale + x, y2 * scale + y);
  }
  context.stroke();
  context.setLineDash([]);
  context.fillStyle = shapeColor(shape);
  for (let i = 0; 3 * i + 2 < points.length; i++) {
    const point = keypoint(points, i);
    if (point !== null) {
      const radius = point.visible ? lineWidth * 1.5 : lineWidth * 1.2;
      context.beginPath();
      context.arc(
        point.x * scale + x,
        point.y * scale + y,
        radius,
        0,
        2 * Math.PI
      );
      if (point.visible) {
        context.fill();
      } else {
        context.stroke();
      }
    }
  }
}

function fillOpacity(
  shape: IShape,
  highlighted: boolean,
  fill: number
): number {
  const { kind } = shape.geometry;
  const area = kind === 'polygon' || kind === 'mask' ? fill : 0;
  return highlighted || shape.crowd ? Math.max(area, MARKED_FILL) : area;
}

function alphaOf(shape: IShape, highlight: number | null | undefined): number {
  const isMeant = shape.id === highlight || shape.partner === highlight;
  const receding = (highlight ?? null) !== null ? !isMeant : !shape.matching;
  return receding ? RECEDING : 1;
}

function drawShape(
  context: CanvasRenderingContext2D,
  shape: IShape,
  placement: IPlacement,
  options: IOverlayOptions
): void {
  const rect = project(shape.rect, placement);
  const highlighted = shape.id === options.highlight;
  const alpha = alphaOf(shape, options.highlight);
  const lineWidth = (options.lineWidth ?? 1.5) * (highlighted ? 2 : 1);
  const points = shape.geometry.kind === 'keypoints';
  context.strokeStyle = shapeColor(shape);
  // A box around points is beside the point.
  context.globalAlpha = points ? alpha / 2 : alpha;
  context.lineWidth = points ? lineWidth / 2 : lineWidth;
  context.setLineDash(lineDash(shape));
  traceOutline(context, shape, rect, placement);
  const opacity = fillOpacity(shape, highlighted, options.fill ?? 0);
  if (opacity > 0) {
    context.fillStyle = shapeColor(shape);
    context.globalAlpha = alpha * opacity;
    context.fill();
    context.globalAlpha = alpha;
  }
  context.stroke();
  context.globalAlpha = alpha;
  drawKeypoints(context, shape, placement, lineWidth);
  drawLabel(context, shape, rect, highlighted, options);
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
  // Drawn by the processor: a hundred small canvases are a burden on a graphics card, and on
  // machines without one its emulation is what a screen would wait for.
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) {
    return;
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, size.width, size.height);
  context.font = LABEL_FONT;
  context.textBaseline = 'middle';
  const chips = shapes.filter(({ geometry }) => geometry.kind === 'image');
  const last = shapes.find(({ id }) => id === options.highlight);
  for (const shape of shapes) {
    if (shape !== last && shape.geometry.kind !== 'image') {
      drawShape(context, shape, placement, options);
    }
  }
  if (last !== undefined && last.geometry.kind !== 'image') {
    drawShape(context, last, placement, options);
  }
  if (chips.length > 0) {
    const image = project(chips[0].rect, placement);
    drawChips(context, chips, image, size, options, shape =>
      alphaOf(shape, options.highlight)
    );
  }
}
