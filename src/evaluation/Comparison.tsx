import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IComparison } from './client';
import { formatCount } from '../core/components/format';
import { formatShare } from '../core/outcomes/outcomes';
import { DifferenceCell } from './ClassTable';
import { NumberButton } from './plots/PlotButton';
import { interval } from './Summary';
import type { IOutcomeFilters } from './useOutcomeFilters';

interface IProps {
  readonly comparison: IComparison;
  /** This evaluation's own threshold, which it is compared at. */
  readonly own: number;
  readonly filters: IOutcomeFilters;
  readonly trans: TranslationBundle;
}

/** This evaluation (A) against another (B) on the same images. */
export function Comparison(props: IProps): JSX.Element {
  const { comparison, own, filters, trans } = props;
  const { a, b, metrics } = comparison;
  const changes = [
    {
      change: 'better' as const,
      count: comparison.better,
      text: trans.__('images with fewer errors'),
      title: trans.__('Show the images on which %1 has fewer errors', b)
    },
    {
      change: 'worse' as const,
      count: comparison.worse,
      text: trans.__('images with more errors'),
      title: trans.__('Show the images on which %1 has more errors', b)
    },
    {
      change: 'equal' as const,
      count: comparison.equal,
      text: trans.__('images with as many'),
      title: trans.__('Show the images on which %1 has as many errors', b)
    }
  ];
  return (
    <>
      <dl className="vl-figures">
        {changes.map(({ change, count, text, title }) => (
          <div key={change} className="vl-figure" data-change={change}>
            <dd>
              <NumberButton
                className="vl-figure-value"
                title={title}
                pressed={filters.isShown({ against: b, change })}
                onOpen={() => filters.show({ against: b, change }, own)}
              >
                {formatCount(count)}
              </NumberButton>
            </dd>
            <dt>{text}</dt>
          </div>
        ))}
      </dl>
      <table className="vl-table vl-comparison">
        <caption className="vl-quiet">
          {trans.__(
            'A is %1, B is %2; each at its own threshold, paired by groups of images. * differs by more than chance (p < .05).',
            a,
            b
          )}
        </caption>
        <thead>
          <tr>
            <th scope="col">{trans.__('Metric')}</th>
            <th scope="col" className="vl-number">
              {trans.__('A')}
            </th>
            <th scope="col" className="vl-number">
              {trans.__('B')}
            </th>
            <th scope="col" className="vl-number">
              {trans.__('B − A')}
            </th>
            <th scope="col" className="vl-number">
              {trans.__('95% interval')}
            </th>
            <th scope="col" className="vl-number">
              {trans.__('p')}
            </th>
          </tr>
        </thead>
        <tbody>
          {metrics.map(each => (
            <tr key={each.name} data-metric={each.name}>
              <th scope="row">{each.label}</th>
              <td className="vl-number">{formatShare(each.a)}</td>
              <td className="vl-number">{formatShare(each.b)}</td>
              <td className="vl-number">
                <DifferenceCell difference={each} trans={trans} />
              </td>
              <td className="vl-number">{interval(each)}</td>
              <td className="vl-number">{formatShare(each.p)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
