/** Marks of classes on a canvas. */
import type { Mark } from '../components/classColor';

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
