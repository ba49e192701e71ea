import { MARKS } from '../../components/classColor';
import { traceMark } from '../overlayLabels';

describe('traceMark', () => {
  it.each(MARKS)('draws a %s of its size around its centre', mark => {
    const xs: number[] = [];
    const ys: number[] = [];
    const point = (x: number, y: number): void => {
      xs.push(x);
      ys.push(y);
    };
    const context = {
      beginPath: jest.fn(),
      closePath: jest.fn(),
      moveTo: point,
      lineTo: point,
      arc: (x: number, y: number, r: number) => {
        point(x - r, y - r);
        point(x + r, y + r);
      },
      rect: (x: number, y: number, w: number, h: number) => {
        point(x, y);
        point(x + w, y + h);
      }
    };
    traceMark(context as never, mark, 10, 20, 6);
    expect([Math.min(...xs), Math.max(...xs)]).toEqual([7, 13]);
    expect([Math.min(...ys), Math.max(...ys)]).toEqual([17, 23]);
  });
});
