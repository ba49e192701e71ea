import * as React from 'react';
import { drawOverlay, type IOverlayOptions } from './overlay';
import type { IPlacement, ISize } from '../components/placement';
import type { IShape } from './shapes';

interface IProps extends IOverlayOptions {
  readonly size: ISize;
  readonly shapes: readonly IShape[];
  readonly placement: IPlacement;
}

/** One canvas of annotations over an image; decoration only, the lists beside it say the same. */
export function OverlayCanvas(props: IProps): JSX.Element {
  const { size, shapes, placement, labels, confidences } = props;
  const { fill, highlight, lineWidth } = props;
  const { width, height } = size;
  const { scale, x, y } = placement;
  const ref = React.useRef<HTMLCanvasElement>(null);

  React.useLayoutEffect(() => {
    if (ref.current !== null) {
      drawOverlay(
        ref.current,
        { width, height },
        shapes,
        { scale, x, y },
        { labels, confidences, fill, highlight, lineWidth }
      );
    }
  }, [
    width,
    height,
    shapes,
    scale,
    x,
    y,
    labels,
    confidences,
    fill,
    highlight,
    lineWidth
  ]);

  return (
    <canvas
      ref={ref}
      className="vl-overlay"
      style={{ width, height }}
      aria-hidden="true"
    />
  );
}
