import * as React from 'react';
import type { IAnalysis, IUnconfirmed } from './client';
import type { IPanelContext } from '../core/client/context';
import { duration } from '../core/jobs/describe';
import { formatCount, formatTime } from '../core/components/format';
import type { IViewToggles } from '../core/filters/useViewToggles';
import { measureName, rateText, reasonText } from './findingText';
import { Button } from '../core/components/Button';

interface IProps {
  readonly context: IPanelContext;
  readonly analysis: IAnalysis;
  readonly toggles: IViewToggles;
}

/** What was tested and is no finding, and what took no part. */
export function Tested(props: IProps): JSX.Element {
  const { context, analysis } = props;
  const { trans } = context;
  const { tested, units, groups, unconfirmed, untested, left_out, warnings } =
    analysis;
  return (
    <footer className="vl-tested">
      {(warnings ?? []).map(warning => (
        <p key={warning} className="vl-notice vl-mod-warning">
          {warning}
        </p>
      ))}
      {unconfirmed.length > 0 && <Unconfirmed {...props} />}
      {(untested ?? []).length > 0 && <Untested {...props} />}
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

function Unconfirmed({ context, analysis, toggles }: IProps): JSX.Element {
  const { trans } = context;
  const { unconfirmed } = analysis;
  return (
    <details className="vl-unconfirmed">
      <summary>
        {trans._n(
          '%2 further pattern was looked at and is no finding.',
          '%2 further patterns were looked at and are no findings.',
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
            toggles={toggles}
            context={context}
          />
        ))}
      </ul>
    </details>
  );
}

function Untested({ context, analysis, toggles }: IProps): JSX.Element {
  const { trans } = context;
  const untested = analysis.untested ?? [];
  return (
    <details className="vl-untested">
      <summary>
        {trans._n(
          '%2 pattern looks worse but is too small to be tested.',
          '%2 patterns look worse but are too small to be tested.',
          untested.length,
          formatCount(untested.length)
        )}{' '}
        <span className="vl-link">{trans.__('List them')}</span>
      </summary>
      <ul>
        {untested.map(each => {
          const { predicate, label, level, view, effect, reason } = each;
          const toggle = `untested ${level} ${predicate}`;
          return (
            <li key={`${each.target} ${each.error} ${level} ${predicate}`}>
              <Button
                kind="link"
                title={predicate}
                aria-pressed={toggles.isOpen(toggle)}
                onClick={() => toggles.open(toggle, view)}
              >
                {label}
              </Button>{' '}
              <span className="vl-quiet">
                {trans.__(
                  '%1 %2 vs %3, n=%4: %5',
                  measureName(each, trans),
                  rateText(effect.rate, each),
                  rateText(effect.rest, each),
                  formatCount(effect.units),
                  reason
                )}
              </span>
            </li>
          );
        })}
      </ul>
    </details>
  );
}

function Row(props: {
  pattern: IUnconfirmed;
  toggles: IViewToggles;
  context: IPanelContext;
}): JSX.Element {
  const { pattern, toggles, context } = props;
  const { trans } = context;
  const { predicate, label, discovery, confirmation, level, view } = pattern;
  const shown = confirmation ?? discovery;
  const toggle = `unconfirmed ${level} ${predicate}`;
  return (
    <li>
      <Button
        kind="link"
        title={predicate}
        aria-pressed={toggles.isOpen(toggle)}
        onClick={() => toggles.open(toggle, view)}
      >
        {label}
      </Button>{' '}
      <span className="vl-quiet">
        {trans.__(
          '%1 %2 vs %3, n=%4: %5',
          measureName(pattern, trans),
          rateText(shown.rate, pattern),
          rateText(shown.rest, pattern),
          formatCount(discovery.units + (confirmation?.units ?? 0)),
          reasonText(pattern.reason, trans)
        )}
      </span>
    </li>
  );
}
