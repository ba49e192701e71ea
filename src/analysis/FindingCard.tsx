import * as React from 'react';
import type { IFinding } from './client';
import type { IClient } from '../core/client/context';
import type { IViewSpec } from '../core/client/types';
import { formatCount } from '../core/components/format';
import { NumberDoor } from '../evaluation/Door';
import { viewCode } from '../core/kernel/cell';
import { CommandIDs } from '../core/tokens';
import { CalibrationLine } from '../attributes/CalibrationLine';
import { Claims } from '../agents/Claims';
import { EffectBar } from './EffectBar';
import { Evidence } from './Evidence';
import { FindingMenu } from './FindingMenu';
import { Inseparables } from './Inseparables';
import { StatusPills } from './StatusPill';
import { aimName, rateText, unitsText } from './findingText';
import type { ICardProps } from './cardProps';

/** So many correlates are named on the card. */
const CORRELATES = 2;

/** The units outside a slice that take part in the evaluation. */
export function restView({ view, predicate }: IFinding): IViewSpec {
  return { ...view, where: `not (${predicate})` };
}

/** The cell that gives a finding's units, with what was found in a comment. */
export async function findingCode(
  client: Pick<IClient, 'predicate'>,
  { dataset, name }: { dataset: string; name: string },
  finding: IFinding
): Promise<string> {
  const { view, confirmation } = finding;
  const { text } = await client.predicate(dataset, {
    text: view.where,
    filter: view.filter
  });
  const title = finding.title.replace(/\s+/g, ' ');
  const inside = rateText(confirmation.rate, finding);
  const rest = rateText(confirmation.rest, finding);
  const said = `# ${title}: ${inside} against ${rest} on the held-out half`;
  return `${said}\n${viewCode(name, text, view)}`;
}

/** One hypothesis with its evidence, and what can be done with it. */
export function FindingCard(props: ICardProps): JSX.Element {
  const { context, finding, attributes, doors, onVerify, onRecheck } = props;
  const { trans, client, commands } = context;
  const { predicate, inseparable, action, stale } = finding;
  const id = React.useId();
  const door = `${finding.finding} units`;
  const examples = finding.examples?.length ?? 0;
  return (
    <article
      className="vl-finding"
      data-finding={finding.finding}
      data-status={finding.status}
      aria-labelledby={id}
    >
      <header className="vl-finding-head">
        <h3 id={id}>{finding.title}</h3>
        <StatusPills finding={finding} trans={trans} />
        <FindingMenu {...props} />
      </header>
      <p
        className="vl-finding-description vl-quiet"
        title={finding.description}
      >
        {finding.description}
      </p>
      <button
        type="button"
        className="vl-predicate"
        title={trans.__('Copy the predicate')}
        onClick={() => void navigator.clipboard.writeText(predicate)}
      >
        <code>{predicate}</code>
      </button>
      <EffectLine {...props} />
      <Inseparables
        correlates={(inseparable ?? []).slice(0, CORRELATES)}
        more={(inseparable ?? []).length - CORRELATES}
        trans={trans}
      />
      {(finding.attributes ?? []).map(name => (
        <CalibrationLine
          key={name}
          name={name}
          attribute={attributes.find(each => each.spec.name === name)}
          trans={trans}
        />
      ))}
      <Claims
        claims={finding.explanation ?? []}
        context={context}
        dataset={props.dataset}
      />
      <p className="vl-finding-action" title={action.reason}>
        <strong>{trans.__('What to do:')}</strong> {action.text}
      </p>
      {finding.notes && <p className="vl-finding-notes">{finding.notes}</p>}
      <div className="vl-finding-buttons">
        <button
          type="button"
          className="vl-button vl-mod-primary"
          aria-pressed={doors.isOpen(door)}
          title={trans.__(
            'Make its %1 the view',
            unitsText(finding.units, finding, trans)
          )}
          onClick={() => doors.open(door, finding.view)}
        >
          {trans.__('Show me')}
        </button>
        <FailuresDoor {...props} />
        <button
          type="button"
          className="vl-button"
          disabled={examples === 0}
          title={trans.__('Look at failing examples, one by one')}
          onClick={onVerify}
        >
          {trans.__('Verify %1', formatCount(examples))}
        </button>
        <button
          type="button"
          className="vl-button"
          title={trans.__('Insert the line that gives it in a notebook')}
          onClick={() =>
            void findingCode(client, props, finding).then(code =>
              commands.execute(CommandIDs.insertCell, { code })
            )
          }
        >
          {trans.__('To notebook')}
        </button>
        {stale && (
          <button
            type="button"
            className="vl-button"
            disabled={onRecheck === null}
            title={trans.__('Ask whether it still holds')}
            onClick={() => onRecheck?.()}
          >
            {trans.__('Check again')}
          </button>
        )}
      </div>
      <Evidence {...props} />
    </article>
  );
}

/** The bar, and its figures: each is a door. */
function EffectLine(props: ICardProps): JSX.Element {
  const { context, finding, scale, doors } = props;
  const { trans } = context;
  const { confirmation, units, groups } = finding;
  const { rate, rest } = confirmation;
  const door = (name: string): string => `${finding.finding} ${name}`;
  return (
    <div className="vl-finding-effect">
      <span className="vl-finding-aim">{aimName(finding, trans)}</span>
      <EffectBar
        effect={confirmation}
        finding={finding}
        scale={scale}
        trans={trans}
      />
      <span className="vl-finding-figures">
        <NumberDoor
          title={trans.__('Show the failures among them')}
          pressed={doors.isOpen(door('failures'))}
          onOpen={() => doors.open(door('failures'), finding.failures)}
        >
          <strong>{rateText(rate, finding)}</strong>
        </NumberDoor>{' '}
        {trans.__('vs')}{' '}
        <NumberDoor
          title={trans.__(
            'Show the rest: what the predicate does not hold for'
          )}
          pressed={doors.isOpen(door('rest'))}
          onOpen={() => doors.open(door('rest'), restView(finding))}
        >
          {rateText(rest, finding)}
        </NumberDoor>
        {' · '}
        <NumberDoor
          title={trans.__(
            'Show the %1, of both halves',
            unitsText(units, finding, trans)
          )}
          pressed={doors.isOpen(door('units'))}
          onOpen={() => doors.open(door('units'), finding.view)}
        >
          {trans.__('n=%1', formatCount(units))}
        </NumberDoor>
      </span>
      <span className="vl-finding-holds">
        {finding.holds === false
          ? trans.__('held on the held-out half when it was found')
          : trans.__('holds on the held-out half')}
        {' · '}
        {trans._n('%2 group', '%2 groups', groups, formatCount(groups))}
      </span>
    </div>
  );
}

/** The second door: only what fails. */
function FailuresDoor({ context, finding, doors }: ICardProps): JSX.Element {
  const { trans } = context;
  const door = `${finding.finding} failures`;
  return (
    <button
      type="button"
      className="vl-button"
      aria-pressed={doors.isOpen(door)}
      title={trans.__('Make only those that fail the view')}
      onClick={() => doors.open(door, finding.failures)}
    >
      {trans.__('Failures')}
    </button>
  );
}
