import * as React from 'react';
import { formatNumber } from '../../core/components/format';
import { walkButtons } from './PlotButton';

/** Inner size of a plot and the room for its axes, in units of the drawing. */
export const WIDTH = 320;
export const HEIGHT = 200;
const LEFT = 40;
const BOTTOM = 32;
const TOP = 6;
const RIGHT = 10;

export interface IAxis {
  readonly label: string;
  /** Places between 0 and 1 with what stands there. */
  readonly ticks: readonly { readonly at: number; readonly text: string }[];
}

interface IProps {
  readonly label: string;
  readonly x: IAxis;
  readonly y: IAxis;
  /** Drawn with the origin at the top left of the inner part. */
  readonly children: React.ReactNode;
  readonly className?: string;
  readonly svgRef?: React.Ref<SVGSVGElement>;
}

/** Ticks at quarters of a share. */
export function shareTicks(): IAxis['ticks'] {
  return [0, 0.25, 0.5, 0.75, 1].map(at => ({ at, text: formatNumber(at) }));
}

/** Where a share lies from the left. */
export function scaleX(share: number): number {
  return share * WIDTH;
}

/** Where a share lies from the top. */
export function scaleY(share: number): number {
  return (1 - share) * HEIGHT;
}

/** The frame of a drawing: axes, hairlines, labels. */
export function Plot(props: IProps): JSX.Element {
  const { label, x, y, children, className, svgRef } = props;
  const box = `0 0 ${LEFT + WIDTH + RIGHT} ${TOP + HEIGHT + BOTTOM}`;
  return (
    <svg
      ref={svgRef}
      className={`vl-plot ${className ?? ''}`}
      viewBox={box}
      role="group"
      aria-label={label}
      onKeyDown={walkButtons}
    >
      <g transform={`translate(${LEFT} ${TOP})`}>
        <g className="vl-plot-frame" aria-hidden="true">
          {y.ticks.map(({ at, text }) => (
            <g key={at}>
              <line x1={0} x2={WIDTH} y1={scaleY(at)} y2={scaleY(at)} />
              <text x={-6} y={scaleY(at)} textAnchor="end" dy="0.32em">
                {text}
              </text>
            </g>
          ))}
          {x.ticks.map(({ at, text }) => (
            <text
              key={at}
              x={scaleX(at)}
              y={HEIGHT + 13}
              textAnchor={at > 0.95 ? 'end' : at < 0.05 ? 'start' : 'middle'}
            >
              {text}
            </text>
          ))}
          <text x={WIDTH / 2} y={HEIGHT + 27} textAnchor="middle">
            {x.label}
          </text>
          <text
            transform={`translate(-32 ${HEIGHT / 2}) rotate(-90)`}
            textAnchor="middle"
          >
            {y.label}
          </text>
        </g>
        {children}
      </g>
    </svg>
  );
}

/** The place of the pointer in the inner part, as shares; null: beside it. */
export function placeOf(
  event: React.PointerEvent | React.MouseEvent,
  svg: SVGSVGElement | null
): { x: number; y: number } | null {
  const box = svg?.getBoundingClientRect();
  if (!box || box.width === 0) {
    return null;
  }
  const scale = (LEFT + WIDTH + RIGHT) / box.width;
  const x = ((event.clientX - box.left) * scale - LEFT) / WIDTH;
  const y = 1 - ((event.clientY - box.top) * scale - TOP) / HEIGHT;
  return x >= -0.02 && x <= 1.02 && y >= -0.02 && y <= 1.02 ? { x, y } : null;
}
