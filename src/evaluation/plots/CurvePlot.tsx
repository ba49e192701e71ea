import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { ICurve } from '../client';
import { formatConfidence, formatShare } from '../../core/outcomes/outcomes';
import {
  scaleX,
  scaleY,
  HEIGHT,
  placeOf,
  Plot,
  shareTicks,
  WIDTH
} from './Plot';

interface IProps {
  readonly label: string;
  readonly x: string;
  readonly y: string;
  /** The first is the one that is pointed at; the others are thinner. */
  readonly curves: readonly ICurve[];
  readonly color: string;
  readonly threshold: number | null;
  /** What choosing a point will do. */
  readonly hint: string;
  readonly onChoose: (confidence: number) => void;
  readonly trans: TranslationBundle;
}

/** Curves over shares; a click on the first chooses the threshold of its nearest point. */
export function CurvePlot(props: IProps): JSX.Element {
  const { label, curves, color, threshold, hint, trans } = props;
  const svg = React.useRef<SVGSVGElement>(null);
  const [over, setOver] = React.useState(-1);
  const main: ICurve | undefined = curves[0];
  const current = main && threshold !== null ? pointAt(main, threshold) : -1;
  const choose = (i: number): void => {
    const confidence = main?.confidence?.[i] ?? null;
    if (confidence !== null) {
      props.onChoose(confidence);
    }
  };
  const text = (i: number): string => {
    const place = trans.__(
      '%1 %2, %3 %4',
      props.x,
      formatShare(main.x[i]),
      props.y,
      formatShare(main.y[i])
    );
    const confidence = main.confidence?.[i] ?? null;
    return confidence === null
      ? place
      : trans.__('%1, confidence %2', place, formatConfidence(confidence));
  };
  const walk = (event: React.KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[
      event.key
    ];
    const isChoice = event.key === 'Enter' || event.key === ' ';
    if (step === undefined && !isChoice) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    const at = over >= 0 ? over : Math.max(current, 0);
    if (isChoice) {
      choose(at);
    } else {
      setOver(Math.min(Math.max(at + step!, 0), main.x.length - 1));
    }
  };
  const shown = over >= 0 ? over : current;

  return (
    <figure className="vl-curve-plot">
      <Plot
        label={label}
        svgRef={svg}
        x={{ label: props.x, ticks: shareTicks() }}
        y={{ label: props.y, ticks: shareTicks() }}
      >
        {[...curves].reverse().map((curve, i) => (
          <path
            key={curve.name}
            className={`vl-curve${i < curves.length - 1 ? ' vl-mod-thin' : ''}`}
            d={curvePath(curve)}
            style={{ stroke: color }}
          >
            <title>{curve.name}</title>
          </path>
        ))}
        {main && main.x.length > 0 && (
          <>
            <rect
              className="vl-plot-surface"
              width={WIDTH}
              height={HEIGHT}
              onPointerMove={event => {
                const place = placeOf(event, svg.current);
                setOver(place ? nearestPoint(main, place) : -1);
              }}
              onPointerLeave={() => setOver(-1)}
              onClick={event => {
                const place = placeOf(event, svg.current);
                if (place) {
                  choose(nearestPoint(main, place));
                }
              }}
            />
            {current >= 0 && (
              <circle
                className="vl-curve-point vl-mod-current"
                cx={scaleX(main.x[current])}
                cy={scaleY(main.y[current])}
                r={5}
                style={{ fill: color }}
              />
            )}
            <circle
              className="vl-curve-point"
              role="slider"
              tabIndex={0}
              aria-label={`${label}: ${hint}`}
              aria-valuemin={0}
              aria-valuemax={main.x.length - 1}
              aria-valuenow={Math.max(shown, 0)}
              aria-valuetext={shown >= 0 ? text(shown) : undefined}
              cx={scaleX(main.x[Math.max(shown, 0)])}
              cy={scaleY(main.y[Math.max(shown, 0)])}
              r={6}
              style={{ stroke: color }}
              onKeyDown={walk}
              onBlur={() => setOver(-1)}
            />
          </>
        )}
      </Plot>
      <figcaption className="vl-quiet">
        {over >= 0 && main ? `${text(over)} · ${hint}` : hint}
      </figcaption>
    </figure>
  );
}

/** The curve as an SVG path; x and y are shares. */
export function curvePath({ x, y }: ICurve): string {
  return x
    .map(
      (share, i) =>
        `${i === 0 ? 'M' : 'L'}${scaleX(share).toFixed(1)} ${scaleY(y[i]).toFixed(1)}`
    )
    .join('');
}

/** The point nearest to a place; -1: there is none. */
export function nearestPoint(
  { x, y }: ICurve,
  at: { readonly x: number; readonly y: number }
): number {
  let best = -1;
  let least = Infinity;
  x.forEach((share, i) => {
    // what is meant is mostly read off the horizontal axis
    const distance = 4 * (share - at.x) ** 2 + (y[i] - at.y) ** 2;
    if (distance < least) {
      least = distance;
      best = i;
    }
  });
  return best;
}

/** The point at a threshold: the last whose confidence is not below it; -1: there is none. */
export function pointAt({ confidence }: ICurve, threshold: number): number {
  let best = -1;
  let least = Infinity;
  (confidence ?? []).forEach((value, i) => {
    if (value !== null && value >= threshold && value <= least) {
      least = value;
      best = i;
    }
  });
  return best;
}
