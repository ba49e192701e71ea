import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IFacet } from '../../client/types';
import { formatCount } from '../../components/format';
import { DateInput } from './DateInput';
import { RangeHandles } from './RangeHandles';
import { RangeInput } from './RangeInput';
import {
  brushed,
  extent,
  label,
  position,
  toNumber,
  type ScaleKind
} from './scale';
import { ordered, type IRange } from '../tree';
import { Button } from '../../components/Button';

interface IProps {
  readonly facet: IFacet;
  readonly kind: ScaleKind;
  readonly range: IRange;
  readonly trans: TranslationBundle;
  readonly onRange: (range: IRange) => void;
  /** The row of what has no value. */
  readonly children?: React.ReactNode;
}

/** Seconds: over a longer time the ends are days. */
const SHORT_TIME = 3 * 86_400;
/** Height of the drawing; bars share its unit square through the view box. */
const HEIGHT = 100;

/** Heights keep small bins visible beside large ones. */
function barHeight(count: number, highest: number): number {
  return count === 0
    ? 0
    : Math.max(3, HEIGHT * Math.sqrt(count / Math.max(highest, 1)));
}

function binHint(
  { bins, level }: IFacet,
  index: number,
  kind: ScaleKind,
  trans: TranslationBundle
): string {
  const { low, high, count, total } = bins[index];
  const numbers = [
    label(low, kind),
    label(high, kind),
    formatCount(count),
    formatCount(total)
  ];
  return level === 'samples'
    ? trans.__('%1 to %2: %3 of %4 samples', ...numbers)
    : trans.__('%1 to %2: %3 of %4 annotations', ...numbers);
}

/** Bins of a numeric or time field: drag to set a range, or type its ends. */
export function Histogram(props: IProps): JSX.Element {
  const { facet, kind, range, trans, onRange } = props;
  const { bins, label: name } = facet;
  const axis = extent(facet);
  const [lowest, greatest] = [facet.low ?? axis[0], facet.high ?? axis[1]];
  const highest = Math.max(...bins.map(bin => bin.total), 1);
  const brush = useBrush((from, to) => onRange(brushed(facet, from, to, kind)));
  const shown = brush.drag
    ? brushed(facet, brush.drag[0], brush.drag[1], kind)
    : range;
  const low = toNumber(shown.low, kind);
  const high = toNumber(shown.high, kind);
  const active = low !== null || high !== null;
  const [from, to] = [
    low === null ? 0 : position(low, axis),
    high === null ? 1 : position(high, axis)
  ];

  return (
    <div className="vl-histogram">
      <div className="vl-histogram-frame">
        <svg
          className="vl-histogram-plot"
          viewBox={`0 0 ${Math.max(bins.length, 1)} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={trans.__(
            '%1: %2 to %3. Drag to set a range.',
            name,
            label(lowest, kind),
            label(greatest, kind)
          )}
          {...brush.handlers}
        >
          {bins.map((bin, i) => {
            const middle = (i + 0.5) / bins.length;
            const inside = !active || (middle >= from && middle <= to);
            const total = barHeight(bin.total, highest);
            const count = barHeight(bin.count, highest);
            return (
              <g key={i} className={inside ? undefined : 'vl-mod-outside'}>
                <title>{binHint(facet, i, kind, trans)}</title>
                <rect
                  className="vl-histogram-hit"
                  x={i}
                  y={0}
                  width={1}
                  height={HEIGHT}
                />
                <rect
                  className="vl-histogram-total"
                  x={i + 0.05}
                  y={HEIGHT - total}
                  width={0.9}
                  height={total}
                />
                <rect
                  className="vl-histogram-count"
                  x={i + 0.05}
                  y={HEIGHT - count}
                  width={0.9}
                  height={count}
                />
              </g>
            );
          })}
          {active && (
            <rect
              className="vl-histogram-brush"
              x={from * bins.length}
              y={0}
              width={Math.max(to - from, 0) * bins.length}
              height={HEIGHT}
            />
          )}
        </svg>
        {bins.length > 0 && <RangeHandles {...props} />}
      </div>
      <Ends {...props} shown={shown}>
        {active && !brush.drag && (
          <Button
            kind="icon"
            title={trans.__('Any %1', name)}
            aria-label={trans.__('Any %1', name)}
            onClick={() => onRange({ low: null, high: null })}
          >
            ✕
          </Button>
        )}
      </Ends>
      {props.children}
    </div>
  );
}

/** Both ends of the range, to be typed. */
function Ends(props: IProps & { shown: IRange }): JSX.Element {
  const { facet, kind, range, shown, trans, onRange } = props;
  const { label: name } = facet;
  const axis = extent(facet);
  const [lowest, greatest] = [facet.low ?? axis[0], facet.high ?? axis[1]];
  const least = trans.__('%1: at least', name);
  const most = trans.__('%1: at most', name);
  if (kind === 'time') {
    const days = axis[1] - axis[0] > SHORT_TIME;
    const span = trans.__(
      '%1 to %2, UTC',
      label(lowest, kind),
      label(greatest, kind)
    );
    const time = (value: IRange['low']): string | null =>
      value === null ? null : String(value);
    return (
      <div className={`vl-range vl-mod-time${days ? '' : ' vl-mod-minutes'}`}>
        <DateInput
          days={days}
          upper={false}
          value={time(shown.low)}
          label={least}
          title={`${least}\n${span}`}
          onCommit={low => onRange({ ...range, low })}
        />
        <span aria-hidden="true">–</span>
        <DateInput
          days={days}
          upper
          value={time(shown.high)}
          label={most}
          title={`${most}\n${span}`}
          onCommit={high => onRange({ low: range.low, high, below: true })}
        />
        {props.children}
      </div>
    );
  }
  return (
    <div className="vl-range">
      <RangeInput
        value={shown.low}
        placeholder={label(lowest, kind)}
        label={least}
        onCommit={value => onRange(ordered({ low: value, high: range.high }))}
      />
      <span aria-hidden="true">–</span>
      <RangeInput
        value={shown.high}
        placeholder={label(greatest, kind)}
        label={most}
        onCommit={value => onRange(ordered({ low: range.low, high: value }))}
      />
      {props.children}
    </div>
  );
}

export interface IBrush {
  /** Fractions of the width where the drag began and is now; null: no drag. */
  readonly drag: readonly [number, number] | null;
  readonly handlers: Pick<
    React.SVGProps<SVGSVGElement>,
    'onPointerDown' | 'onPointerMove' | 'onPointerUp' | 'onPointerCancel'
  >;
}

function fraction(event: React.PointerEvent<SVGSVGElement>): number {
  const { left, width } = event.currentTarget.getBoundingClientRect();
  return width > 0
    ? Math.min(Math.max((event.clientX - left) / width, 0), 1)
    : 0;
}

/** A horizontal drag; `onEnd` gets both of its ends as fractions of the width. */
export function useBrush(onEnd: (from: number, to: number) => void): IBrush {
  const [drag, setDrag] = React.useState<[number, number] | null>(null);
  return {
    drag,
    handlers: {
      onPointerDown: event => {
        if (event.button === 0) {
          event.currentTarget.setPointerCapture(event.pointerId);
          setDrag([fraction(event), fraction(event)]);
        }
      },
      onPointerMove: event => {
        if (drag !== null) {
          setDrag([drag[0], fraction(event)]);
        }
      },
      onPointerUp: event => {
        if (drag !== null) {
          setDrag(null);
          onEnd(drag[0], fraction(event));
        }
      },
      onPointerCancel: () => setDrag(null)
    }
  };
}
