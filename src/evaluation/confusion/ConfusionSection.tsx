import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { ICounts } from '../client';
import { formatCount } from '../../core/components/format';
import { describeCell } from '../../core/outcomes/outcomes';
import { useSize } from '../../core/components/useSize';
import { type Heat, matrixOf, type Order, topConfusions } from './confusion';
import { cellTitle, ConfusionMatrix } from './ConfusionMatrix';
import type { IOutcomeFilters } from '../useOutcomeFilters';
import { Button } from '../../core/components/Button';
import { Check } from '../../core/forms/fields';

interface IProps {
  readonly counts: ICounts;
  readonly filters: IOutcomeFilters;
  readonly trans: TranslationBundle;
}

/** Classes in the matrix at most: more are not read, and cost too much to draw. */
const LIMIT = 120;
const LABELS = 96;
const [SMALLEST, LARGEST, FITTED] = [4, 56, 48];
/** Below this side names would be lost. */
const LEGIBLE = 11;
const LISTED = 12;

/** Which classes are taken for which: the matrix, and its worst cells as a list. */
export function ConfusionSection(props: IProps): JSX.Element {
  const { counts, filters, trans } = props;
  const [order, setOrder] = React.useState<Order>('errors');
  const [heat, setHeat] = React.useState<Heat>('count');
  const [zoom, setZoom] = React.useState<number | null>(null);
  const box = React.useRef<HTMLDivElement>(null);
  const { width } = useSize(box);
  const matrix = React.useMemo(
    () =>
      matrixOf(counts.confusion, counts.per_class, {
        order,
        heat,
        limit: LIMIT
      }),
    [counts, order, heat]
  );
  const room = (width - LABELS - 12) / matrix.classes.length;
  const fitted = Math.floor(Math.min(Math.max(room, LEGIBLE), FITTED));
  const side = zoom ?? fitted;
  const zoomBy = (factor: number): void =>
    setZoom(Math.min(Math.max(Math.round(side * factor), SMALLEST), LARGEST));

  return (
    <div ref={box} className="vl-confusion-section">
      <div className="vl-section-tools">
        <select
          className="vl-button vl-select"
          aria-label={trans.__('Order of the classes')}
          value={order}
          onChange={({ target }) => setOrder(target.value as Order)}
        >
          <option value="errors">{trans.__('Most errors first')}</option>
          <option value="support">{trans.__('Most labels first')}</option>
          <option value="name">{trans.__('By name')}</option>
        </select>
        <select
          className="vl-button vl-select"
          aria-label={trans.__('Heat')}
          title={trans.__('What makes a cell beside the diagonal hot')}
          value={heat}
          onChange={({ target }) => setHeat(target.value as Heat)}
        >
          <option value="count">{trans.__('Heat: count')}</option>
          <option value="share">{trans.__('Heat: share of the row')}</option>
        </select>
        <div className="vl-segments" role="group" aria-label={trans.__('Zoom')}>
          <Button
            aria-label={trans.__('Smaller cells')}
            title={trans.__('Smaller cells')}
            onClick={() => zoomBy(1 / 1.4)}
          >
            −
          </Button>
          <Button
            aria-pressed={zoom === null}
            title={trans.__('As wide as the panel')}
            onClick={() => setZoom(null)}
          >
            {trans.__('Fit')}
          </Button>
          <Button
            aria-label={trans.__('Larger cells')}
            title={trans.__('Larger cells')}
            onClick={() => zoomBy(1.4)}
          >
            +
          </Button>
        </div>
      </div>
      <ConfusionMatrix
        matrix={matrix}
        side={side}
        filters={filters}
        trans={trans}
      />
      {matrix.hidden > 0 && (
        <p className="vl-quiet">
          {trans._n(
            '%2 more class is left out; the list below knows all.',
            '%2 more classes are left out; the list below knows all.',
            matrix.hidden,
            formatCount(matrix.hidden)
          )}
        </p>
      )}
      <TopConfusions {...props} />
    </div>
  );
}

function TopConfusions({ counts, filters, trans }: IProps): JSX.Element {
  const [background, setBackground] = React.useState(false);
  const top = topConfusions(counts.confusion, LISTED, background);
  const most = top[0]?.count ?? 1;
  return (
    <div className="vl-confusions">
      <div className="vl-section-tools">
        <h4>{trans.__('Top confusions')}</h4>
        <Check
          label={trans.__('with background')}
          value={background}
          onChange={setBackground}
        />
      </div>
      {top.length === 0 ? (
        <p className="vl-quiet">
          {trans.__('No class is taken for another at this threshold.')}
        </p>
      ) : (
        <ol>
          {top.map(cell => {
            const { true: label, predicted, count } = cell;
            const part = { cell: { true: label, predicted } };
            return (
              <li key={JSON.stringify([label, predicted])}>
                <button
                  type="button"
                  className="vl-error-type"
                  title={cellTitle(cell, trans)}
                  aria-pressed={filters.isShown(part)}
                  onClick={() => filters.show(part)}
                >
                  <span className="vl-confusion-name">
                    {describeCell(cell, trans)}
                  </span>
                  <span className="vl-error-bar vl-mod-heat" aria-hidden="true">
                    <span style={{ width: `${(100 * count) / most}%` }} />
                  </span>
                  <span className="vl-error-count">{formatCount(count)}</span>
                </button>
              </li>
            );
          })}
        </ol>
      )}
    </div>
  );
}
