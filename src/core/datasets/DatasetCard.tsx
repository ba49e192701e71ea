import * as React from 'react';
import type { IDatasetInfo } from '../client/types';
import { Button } from '../components/Button';
import { ErrorBox } from '../components/ErrorBox';
import { useAction } from '../components/useAction';
import { formatCount, unbroken } from '../components/format';
import { Slot } from '../components/Slot';
import { CommandIDs } from '../tokens';
import { CardMenu, update } from './CardMenu';
import type { IDatasetsContext } from './types';

interface IProps {
  readonly info: IDatasetInfo;
  readonly context: IDatasetsContext;
  /** Whether its ingest has just ended. */
  readonly isFresh: boolean;
  readonly onDeleted: () => void;
}

/** A dataset: what it looks like, how much it holds, whether it can be opened. */
export function DatasetCard(props: IProps): JSX.Element {
  const { info, context, isFresh, onDeleted } = props;
  const { commands, slots, trans } = context;
  const { error, run: act } = useAction();

  const run = (work: Promise<unknown>): Promise<unknown> => act(() => work);
  const open = (): Promise<unknown> =>
    run(commands.execute(CommandIDs.open, { dataset: info.dataset }));

  const card = React.useRef<HTMLLIElement>(null);

  return (
    <li ref={card} className="vl-card" data-state={info.state}>
      <button
        type="button"
        className="vl-card-open"
        title={trans.__('Open %1', info.name)}
        onClick={() => void open()}
      >
        <Preview info={info} context={context} />
        <span className="vl-card-name">{info.name}</span>
        <span className="vl-card-counts">{counts(info, context)}</span>
      </button>
      <State info={info} context={context} run={run} />
      <Damages info={info} context={context} />
      {error && <ErrorBox error={error} trans={trans} />}
      <div className="vl-card-foot">
        <Slot
          slots={slots}
          name="dataset-card"
          give={{ context, info, card, isFresh }}
        />
        <CardMenu
          info={info}
          context={context}
          run={run}
          onDeleted={onDeleted}
        />
      </div>
    </li>
  );
}

function Preview(props: {
  info: IDatasetInfo;
  context: IDatasetsContext;
}): JSX.Element {
  const { info, context } = props;
  return (
    <span className="vl-card-preview" aria-hidden="true">
      {info.preview.slice(0, 4).map(sampleId => (
        <img
          key={sampleId}
          src={context.client.thumbnailUrl(info.dataset, sampleId, null)}
          alt=""
          loading="lazy"
          onError={event => {
            event.currentTarget.style.visibility = 'hidden';
          }}
        />
      ))}
    </span>
  );
}

/** Why the dataset is not as one expects it. */
function State(props: {
  info: IDatasetInfo;
  context: IDatasetsContext;
  run: (work: Promise<unknown>) => Promise<unknown>;
}): JSX.Element | null {
  const { trans } = props.context;
  const { state, owner } = props.info;
  const texts: Record<IDatasetInfo['state'], string> = {
    ready: '',
    ingesting: trans.__('Being ingested: it fills while you look.'),
    incomplete: trans.__(
      'Its last ingest did not finish. What there is can be opened.'
    ),
    busy: trans.__('In use by %1. Close it there first.', owner ?? '?'),
    damaged: trans.__(
      'It cannot be read. In a terminal, “visionlens doctor” says what is lost and how to mend it.'
    )
  };
  return texts[state] === '' ? null : (
    <p className="vl-card-state">
      {texts[state]}{' '}
      {state === 'incomplete' && (
        <Button
          kind="link"
          onClick={() => void props.run(update(props.info, props.context))}
        >
          {trans.__('Go on with it')}
        </Button>
      )}
    </p>
  );
}

/** What of it is damaged or lost, and how to mend it. */
function Damages(props: {
  info: IDatasetInfo;
  context: IDatasetsContext;
}): JSX.Element | null {
  const { damages } = props.info;
  return damages.length === 0 ? null : (
    <ul
      className="vl-card-damages"
      aria-label={props.context.trans.__('Damage')}
    >
      {damages.map(damage => (
        <li key={`${damage.kind} ${damage.name}`}>
          {damage.message} <span className="vl-quiet">{damage.hint}</span>
        </li>
      ))}
    </ul>
  );
}

function counts(info: IDatasetInfo, context: IDatasetsContext): string {
  const { trans } = context;
  return [
    trans._n(
      '%2 sample',
      '%2 samples',
      info.samples,
      formatCount(info.samples)
    ),
    trans._n(
      '%2 annotation',
      '%2 annotations',
      info.annotations,
      formatCount(info.annotations)
    ),
    trans._n('%1 class', '%1 classes', info.classes),
    ...(info.format ? [info.format] : [])
  ]
    .map(unbroken)
    .join(' · ');
}
