import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { ICell } from '../../core/client/types';
import { formatCount } from '../../core/components/format';
import { describeCell } from '../../core/outcomes/outcomes';
import { type IMatrix, type IPlacedCell, isRight } from './confusion';
import type { IOutcomeFilters } from '../useOutcomeFilters';

interface IProps {
  readonly matrix: IMatrix;
  /** Side of a cell in CSS pixels. */
  readonly side: number;
  readonly filters: IOutcomeFilters;
  readonly trans: TranslationBundle;
}

interface IPlace {
  readonly row: number;
  readonly column: number;
}

const LABELS = 96;
/** Names stand at rows and columns of at least this height. */
const NAMED = 9;
const LENGTH = 14;

/** What a click on a cell will show. */
export function cellTitle(
  cell: ICell & { count: number },
  trans: TranslationBundle
): string {
  const text = describeCell(cell, trans);
  return cell.true !== null && cell.predicted !== null
    ? trans._n(
        'Show %2 pair of label and prediction: %3',
        'Show %2 pairs of label and prediction: %3',
        cell.count,
        formatCount(cell.count),
        text
      )
    : trans._n(
        'Show %2 annotation: %3',
        'Show %2 annotations: %3',
        cell.count,
        formatCount(cell.count),
        text
      );
}

/**
 * Labels by row, predictions by column. Only what is not zero is drawn, so that hundreds of classes
 * cost no more than their confusions.
 */
export function ConfusionMatrix(props: IProps): JSX.Element {
  const { matrix, side, filters, trans } = props;
  const { classes, cells } = matrix;
  const status = React.useId();
  const [active, setActive] = React.useState<IPlace | null>(null);
  const scroller = React.useRef<HTMLDivElement>(null);
  const byPlace = React.useMemo(
    () => new Map(cells.map(cell => [key(cell), cell])),
    [cells]
  );
  const length = classes.length * side;
  const cell = active && byPlace.get(key(active));

  const at = (event: React.MouseEvent<SVGSVGElement>): IPlace | null => {
    const box = event.currentTarget.getBoundingClientRect();
    const row = Math.floor((event.clientY - box.top) / side);
    const column = Math.floor((event.clientX - box.left) / side);
    const isIn = (i: number): boolean => i >= 0 && i < classes.length;
    return isIn(row) && isIn(column) ? { row, column } : null;
  };
  const open = (place: IPlace | null): void => {
    const meant = place && byPlace.get(key(place));
    if (meant) {
      filters.show({ cell: { true: meant.true, predicted: meant.predicted } });
    }
  };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const last = classes.length - 1;
    const { row, column } = active ?? { row: 0, column: 0 };
    const moves: Record<string, IPlace> = {
      ArrowLeft: { row, column: Math.max(column - 1, 0) },
      ArrowRight: { row, column: Math.min(column + 1, last) },
      ArrowUp: { row: Math.max(row - 1, 0), column },
      ArrowDown: { row: Math.min(row + 1, last), column },
      Home: { row, column: 0 },
      End: { row, column: last }
    };
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      open(active);
    } else if (moves[event.key]) {
      event.preventDefault();
      const next = moves[event.key];
      setActive(next);
      reveal(scroller.current, next, side);
    }
  };

  return (
    <>
      <div ref={scroller} className="vl-confusion">
        <div className="vl-confusion-corner">
          <span>{trans.__('label ↓')}</span>
          <span>{trans.__('predicted →')}</span>
        </div>
        <Columns {...props} active={active} length={length} />
        <Rows {...props} active={active} length={length} />
        <svg
          className="vl-confusion-cells"
          width={length}
          height={length}
          role="application"
          tabIndex={0}
          aria-label={trans.__(
            'Confusion matrix; arrows go from cell to cell, Enter shows one'
          )}
          aria-describedby={status}
          onPointerMove={event => setActive(at(event))}
          onPointerLeave={() => setActive(null)}
          onClick={event => open(at(event))}
          onFocus={() => setActive(old => old ?? { row: 0, column: 0 })}
          onBlur={() => setActive(null)}
          onKeyDown={onKeyDown}
        >
          <Ground count={classes.length} side={side} />
          {cells.map(each => (
            <MatrixCell
              key={key(each)}
              cell={each}
              side={side}
              pressed={filters.isShown({
                cell: { true: each.true, predicted: each.predicted }
              })}
              title={cellTitle(each, trans)}
            />
          ))}
          {active && (
            <rect
              className="vl-confusion-active"
              x={active.column * side}
              y={active.row * side}
              width={side}
              height={side}
            />
          )}
        </svg>
      </div>
      <p id={status} className="vl-confusion-status vl-quiet" role="status">
        {active
          ? cell
            ? cellTitle(cell, trans)
            : trans.__('None: %1', describeEmpty(classes, active, trans))
          : trans.__('Rows are labels, columns predictions; – is background.')}
      </p>
    </>
  );
}

function key({ row, column }: IPlace): string {
  return `${row}:${column}`;
}

function describeEmpty(
  classes: IMatrix['classes'],
  { row, column }: IPlace,
  trans: TranslationBundle
): string {
  const [label, predicted] = [classes[row], classes[column]];
  return label === null && predicted === null
    ? trans.__('background is not counted')
    : describeCell({ true: label, predicted }, trans);
}

/** Scroll so that a cell is in sight beside the names. */
function reveal(
  scroller: HTMLDivElement | null,
  { row, column }: IPlace,
  side: number
): void {
  if (scroller) {
    const { clientWidth, clientHeight } = scroller;
    const settle = (at: number, now: number, seen: number): number =>
      Math.max(Math.min(now, at * side), (at + 1) * side + LABELS - seen);
    scroller.scrollLeft = settle(column, scroller.scrollLeft, clientWidth);
    scroller.scrollTop = settle(row, scroller.scrollTop, clientHeight);
  }
}

/** Hairlines between the cells. */
function Ground(props: { count: number; side: number }): JSX.Element {
  const { count, side } = props;
  const id = React.useId();
  return (
    <>
      <pattern id={id} width={side} height={side} patternUnits="userSpaceOnUse">
        <path
          className="vl-confusion-lines"
          d={`M0 ${side - 0.5}H${side}M${side - 0.5} 0V${side}`}
        />
      </pattern>
      <rect
        width={count * side}
        height={count * side}
        fill={`url(#${CSS.escape(id)})`}
      />
    </>
  );
}

const MatrixCell = React.memo(function MatrixCell(props: {
  cell: IPlacedCell;
  side: number;
  pressed: boolean;
  title: string;
}): JSX.Element {
  const { cell, side, pressed, title } = props;
  const text = formatCount(cell.count);
  const right = isRight(cell);
  const gap = side > 14 ? 1 : 0;
  return (
    <g
      className={`vl-confusion-cell${right ? ' vl-mod-right' : ''}${pressed ? ' vl-mod-selected' : ''}`}
      data-true={cell.true ?? ''}
      data-predicted={cell.predicted ?? ''}
      data-count={cell.count}
      transform={`translate(${cell.column * side} ${cell.row * side})`}
    >
      <title>{title}</title>
      <rect
        width={side - gap}
        height={side - gap}
        // even one confusion among thousands is to be seen
        style={
          right ? undefined : { fillOpacity: 0.1 + 0.9 * Math.sqrt(cell.heat) }
        }
      />
      {text.length * 6.5 + 4 <= side && (
        <text x={(side - gap) / 2} y={side / 2} dy="0.35em">
          {text}
        </text>
      )}
    </g>
  );
});

interface IHeadProps extends IProps {
  readonly active: IPlace | null;
  readonly length: number;
}

function shortName(name: string | null): string {
  const text = name ?? '–';
  return text.length > LENGTH ? `${text.slice(0, LENGTH - 1)}…` : text;
}

function Columns({ matrix, side, active, length }: IHeadProps): JSX.Element {
  return (
    <svg
      className="vl-confusion-columns"
      width={length}
      height={LABELS}
      aria-hidden="true"
    >
      {matrix.classes.map(
        (name, i) =>
          (side >= NAMED || active?.column === i) && (
            <text
              key={name ?? ''}
              className={active?.column === i ? 'vl-mod-active' : undefined}
              transform={`translate(${(i + 0.5) * side} ${LABELS - 4}) rotate(-90)`}
              dy="0.35em"
            >
              {shortName(name)}
              <title>{name}</title>
            </text>
          )
      )}
    </svg>
  );
}

function Rows({ matrix, side, active, length }: IHeadProps): JSX.Element {
  return (
    <svg
      className="vl-confusion-rows"
      width={LABELS}
      height={length}
      aria-hidden="true"
    >
      {matrix.classes.map(
        (name, i) =>
          (side >= NAMED || active?.row === i) && (
            <text
              key={name ?? ''}
              className={active?.row === i ? 'vl-mod-active' : undefined}
              x={LABELS - 6}
              y={(i + 0.5) * side}
              dy="0.35em"
              textAnchor="end"
            >
              {shortName(name)}
              <title>{name}</title>
            </text>
          )
      )}
    </svg>
  );
}
