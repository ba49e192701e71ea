import * as React from 'react';
import type { IFinding, FindingStatus } from './client';
import type { IClient } from '../core/client/context';
import type { IViewSpec } from '../core/client/types';
import { formatCount } from '../core/components/format';
import { NumberButton } from '../evaluation/plots/PlotButton';
import { viewCode } from '../core/kernel/cell';
import { CommandIDs } from '../core/tokens';
import { CalibrationLine } from '../attributes/CalibrationLine';
import { Claims } from '../agents/Claims';
import { EffectBar } from './EffectBar';
import { Evidence } from './Evidence';
import { FindingMenu } from './FindingMenu';
import { Inseparables } from './Inseparables';
import { measureName, rateText, unitsText } from './findingText';
import type { ICardProps } from './cardProps';
import { Button } from '../core/components/Button';
import type { TranslationBundle } from '@jupyterlab/translation';

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
  const { context, finding, attributes, toggles, onVerify, onRecheck } = props;
  const { trans, client, commands } = context;
  const { predicate, inseparable, action, stale } = finding;
  const id = React.useId();
  const toggle = `${finding.finding} units`;
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
        <Button
          kind="primary"
          aria-pressed={toggles.isOpen(toggle)}
          title={trans.__(
            'Make its %1 the view',
            unitsText(finding.units, finding, trans)
          )}
          onClick={() => toggles.open(toggle, finding.view)}
        >
          {trans.__('Show me')}
        </Button>
        <FailuresButton {...props} />
        <Button
          disabled={examples === 0}
          title={trans.__('Look at failing examples, one by one')}
          onClick={onVerify}
        >
          {trans.__('Verify %1', formatCount(examples))}
        </Button>
        <Button
          title={trans.__('Insert the line that gives it in a notebook')}
          onClick={() =>
            void findingCode(client, props, finding).then(code =>
              commands.execute(CommandIDs.insertCell, { code })
            )
          }
        >
          {trans.__('To notebook')}
        </Button>
        {stale && (
          <Button
            disabled={onRecheck === null}
            title={trans.__('Ask whether it still holds')}
            onClick={() => onRecheck?.()}
          >
            {trans.__('Check again')}
          </Button>
        )}
      </div>
      <Evidence {...props} />
    </article>
  );
}

/** The bar, and its figures: each shows its view. */
function EffectLine(props: ICardProps): JSX.Element {
  const { context, finding, scale, toggles } = props;
  const { trans } = context;
  const { confirmation, units, groups } = finding;
  const { rate, rest } = confirmation;
  const toggle = (name: string): string => `${finding.finding} ${name}`;
  return (
    <div className="vl-finding-effect">
      <span className="vl-finding-measure">{measureName(finding, trans)}</span>
      <EffectBar
        effect={confirmation}
        finding={finding}
        scale={scale}
        trans={trans}
      />
      <span className="vl-finding-figures">
        <NumberButton
          title={trans.__('Show the failures among them')}
          pressed={toggles.isOpen(toggle('failures'))}
          onOpen={() => toggles.open(toggle('failures'), finding.failures)}
        >
          <strong>{rateText(rate, finding)}</strong>
        </NumberButton>{' '}
        {trans.__('vs')}{' '}
        <NumberButton
          title={trans.__(
            'Show the rest: what the predicate does not hold for'
          )}
          pressed={toggles.isOpen(toggle('rest'))}
          onOpen={() => toggles.open(toggle('rest'), restView(finding))}
        >
          {rateText(rest, finding)}
        </NumberButton>
        {' · '}
        <NumberButton
          title={trans.__(
            'Show the %1, of both halves',
            unitsText(units, finding, trans)
          )}
          pressed={toggles.isOpen(toggle('units'))}
          onOpen={() => toggles.open(toggle('units'), finding.view)}
        >
          {trans.__('n=%1', formatCount(units))}
        </NumberButton>
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

/** Shows only what fails. */
function FailuresButton({
  context,
  finding,
  toggles
}: ICardProps): JSX.Element {
  const { trans } = context;
  const toggle = `${finding.finding} failures`;
  return (
    <Button
      aria-pressed={toggles.isOpen(toggle)}
      title={trans.__('Make only those that fail the view')}
      onClick={() => toggles.open(toggle, finding.failures)}
    >
      {trans.__('Failures')}
    </Button>
  );
}

type Pill = FindingStatus | 'gone' | 'stale';

/** What the user said of a finding, and what a change of the data did to it. */
export function StatusPills(props: {
  finding: Pick<IFinding, 'status' | 'holds' | 'stale'>;
  trans: TranslationBundle;
}): JSX.Element {
  const { finding, trans } = props;
  const { status, holds, stale } = finding;
  const pills: Pill[] = [
    status,
    ...(holds === false ? (['gone'] as const) : []),
    ...(stale ? (['stale'] as const) : [])
  ];
  return (
    <>
      {pills.map(pill => (
        <span
          key={pill}
          className="vl-pill"
          data-status={pill}
          title={meaning(pill, trans)}
        >
          {pillName(pill, trans)}
        </span>
      ))}
    </>
  );
}

export function pillName(pill: Pill, trans: TranslationBundle): string {
  const names: Record<Pill, string> = {
    hypothesis: trans.__('hypothesis'),
    verified: trans.__('verified'),
    rejected: trans.__('rejected'),
    gone: trans.__('no longer holds'),
    stale: trans.__('out of date')
  };
  return names[pill];
}

function meaning(pill: Pill, trans: TranslationBundle): string {
  const meanings: Record<Pill, string> = {
    hypothesis: trans.__('Found by statistics; nobody has looked yet'),
    verified: trans.__('You looked, and it is true'),
    rejected: trans.__('You looked, and it is not true'),
    gone: trans.__('Checked after the data changed: the effect is gone'),
    stale: trans.__('The data changed since, and nobody has checked')
  };
  return meanings[pill];
}
