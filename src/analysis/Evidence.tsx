import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IEffect, IFinding } from './client';
import { formatCount, formatTime } from '../core/components/format';
import type { ICardProps } from './cardProps';
import { Inseparables } from './Inseparables';
import { differenceText, pText, rateText } from './findingText';

/** Both halves, why the action, who said it, and the user's notes. */
export function Evidence(props: ICardProps): JSX.Element {
  const { context, finding, onChange } = props;
  const { trans } = context;
  const { action, count, units, author, created_at, checked_at } = finding;
  const facts = [
    count > units
      ? trans.__(
          'The predicate gives %1; %2 take part in the evaluation.',
          formatCount(count),
          formatCount(units)
        )
      : null,
    author === 'agent' ? trans.__('Asked by an agent.') : null,
    author === 'user' ? trans.__('Asked by a user.') : null,
    checked_at
      ? trans.__('Checked %1.', formatTime(checked_at))
      : trans.__('Found %1.', formatTime(created_at))
  ];
  return (
    <details className="vl-evidence">
      <summary>{trans.__('Evidence')}</summary>
      <p>{finding.description}</p>
      <Halves finding={finding} trans={trans} />
      <Inseparables correlates={finding.inseparable ?? []} trans={trans} />
      <p>
        <strong>{trans.__('Why:')}</strong> {action.reason}
      </p>
      <p className="vl-quiet">{facts.filter(Boolean).join(' ')}</p>
      <Notes finding={finding} trans={trans} onChange={onChange} />
    </details>
  );
}

function Halves(props: {
  finding: IFinding;
  trans: TranslationBundle;
}): JSX.Element {
  const { finding, trans } = props;
  const { discovery, confirmation, now } = finding;
  const rows: [string, IEffect][] = [
    [trans.__('discovery'), discovery],
    [trans.__('held out'), confirmation],
    ...(now ? ([[trans.__('now'), now]] as [string, IEffect][]) : [])
  ];
  return (
    <div
      className="vl-halves"
      tabIndex={0}
      role="group"
      aria-label={trans.__('Both halves')}
    >
      <table className="vl-table">
        <thead>
          <tr>
            <th scope="col">{trans.__('half')}</th>
            <th scope="col" className="vl-number">
              {trans.__('n')}
            </th>
            <th scope="col" className="vl-number">
              {trans.__('groups')}
            </th>
            <th scope="col" className="vl-number">
              {trans.__('rate')}
            </th>
            <th scope="col" className="vl-number">
              {trans.__('rest')}
            </th>
            <th scope="col" className="vl-number">
              {trans.__('difference, 95%')}
            </th>
            <th scope="col" className="vl-number">
              {trans.__('adjusted')}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, effect]) => (
            <tr key={name} title={effect.method}>
              <th scope="row">{name}</th>
              <td className="vl-number">{formatCount(effect.units)}</td>
              <td className="vl-number">{formatCount(effect.groups)}</td>
              <td className="vl-number">{rateText(effect.rate, finding)}</td>
              <td className="vl-number">{rateText(effect.rest, finding)}</td>
              <td className="vl-number">
                {trans.__(
                  '%1 to %2',
                  differenceText(effect.low, finding, trans),
                  differenceText(effect.high, finding, trans)
                )}
              </td>
              <td className="vl-number">
                {pText(effect.p_adjusted ?? effect.p)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Kept when the box is left. */
function Notes(props: {
  finding: IFinding;
  trans: TranslationBundle;
  onChange: ICardProps['onChange'];
}): JSX.Element {
  const { finding, trans, onChange } = props;
  const kept = finding.notes ?? '';
  const [notes, setNotes] = React.useState(kept);
  React.useEffect(() => setNotes(kept), [kept]);
  return (
    <label className="vl-field">
      <span>{trans.__('Notes')}</span>
      <textarea
        className="vl-input"
        rows={2}
        value={notes}
        onChange={({ target }) => setNotes(target.value)}
        onBlur={() => {
          if (notes !== kept) {
            onChange({ notes });
          }
        }}
      />
    </label>
  );
}
