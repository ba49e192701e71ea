import * as React from 'react';
import type { IAnalysis, IUnconfirmed } from '../client/analysis';
import type { IPanelContext } from '../client/context';
import { duration } from '../jobs/describe';
import { formatCount, formatTime } from '../components/format';
import type { IViewDoors } from './useViewDoors';
import { aimName, rateText, reasonText } from './words';

interface IProps {
  readonly context: IPanelContext;
  readonly analysis: IAnalysis;
  readonly doors: IViewDoors;
}

/** What was tested and is no finding, and what took no part. */
export function Tested(props: IProps): JSX.Element {
  const { context, analysis } = props;
  const { trans } = context;
  const { tested, units, groups, unconfirmed, left_out, warnings } = analysis;
  return (
    <footer className="vl-tested">
      {(warnings ?? []).map(warning => (
        <p key={warning} className="vl-notice vl-mod-warning">
          {warning}
        </p>
      ))}
      {unconfirmed.length > 0 && <Unconfirmed {...props} />}
      {left_out.length > 0 && (
        <details>
          <summary>
            {trans._n(
              '%1 field took no part',
              '%1 fields took no part',
              left_out.length
            )}
          </summary>
          <dl className="vl-left-out">
            {left_out.map(({ field, reason }) => (
              <React.Fragment key={field}>
                <dt>
                  <code>{field}</code>
                </dt>
                <dd>{reason}</dd>
              </React.Fragment>
            ))}
          </dl>
        </details>
      )}
      <p className="vl-quiet">
        {[
          trans._n(
            '%2 pattern tested',
            '%2 patterns tested',
            tested,
            formatCount(tested)
          ),
          trans.__(
            '%1 units in %2 groups',
            formatCount(units),
            formatCount(groups)
          ),
          trans.__('took %1', duration(analysis.seconds)),
          formatTime(analysis.created_at)
        ].join(' · ')}
      </p>
    </footer>
  );
}

function Unconfirmed({ context, analysis, doors }: IProps): JSX.Element {
  const { trans } = context;
  const { unconfirmed } = analysis;
  return (
    <details className="vl-unconfirmed">
      <summary>
        {trans._n(
          '%2 further pattern did not survive the held-out half or false-discovery control.',
          '%2 further patterns did not survive the held-out half or false-discovery control.',
          unconfirmed.length,
          formatCount(unconfirmed.length)
        )}{' '}
        <span className="vl-link">{trans.__('List them')}</span>
      </summary>
      <ul>
        {unconfirmed.map(each => (
          <Row
            key={`${each.target} ${each.error} ${each.level} ${each.predicate}`}
            pattern={each}
            doors={doors}
            context={context}
          />
        ))}
      </ul>
    </details>
  );
}

function Row(props: {
  pattern: IUnconfirmed;
  doors: IViewDoors;
  context: IPanelContext;
}): JSX.Element {
  const { pattern, doors, context } = props;
  const { trans } = context;
  const { predicate, label, discovery, confirmation, level, view } = pattern;
  const shown = confirmation ?? discovery;
  const door = `unconfirmed ${level} ${predicate}`;
  return (
    <li>
      <button
        type="button"
        className="vl-link"
        title={predicate}
        aria-pressed={doors.isOpen(door)}
        onClick={() => doors.open(door, view)}
      >
        {label}
      </button>{' '}
      <span className="vl-quiet">
        {trans.__(
          '%1 %2 vs %3, n=%4: %5',
          aimName(pattern, trans),
          rateText(shown.rate, pattern),
          rateText(shown.rest, pattern),
          formatCount(discovery.units + (confirmation?.units ?? 0)),
          reasonText(pattern.reason, trans)
        )}
      </span>
    </li>
  );
}
