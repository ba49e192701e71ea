import * as React from 'react';
import { errorBody } from '../client/errors';
import type { IDatasetInfo, IErrorBody } from '../client/types';
import { ErrorBox } from '../components/ErrorBox';
import { formatCount, unbroken } from '../components/format';
import { CommandIDs } from '../tokens';
import { addDropZone } from '../components/dropZone';
import { CardMenu, update } from './CardMenu';
import { Report } from '../../ingestion/Report';
import type { ReadReport } from '../../ingestion/useReport';
import type { IDatasetsContext } from './types';

interface IProps {
  readonly info: IDatasetInfo;
  readonly context: IDatasetsContext;
  /** Whether the report stands open from the start, as after an ingest. */
  readonly reportOpen: boolean;
  readonly onDeleted: () => void;
}

/** A dataset: what it looks like, how much it holds, whether it can be opened. */
export function DatasetCard(props: IProps): JSX.Element {
  const { info, context, onDeleted } = props;
  const { commands, trans, uploads } = context;
  const [error, setError] = React.useState<IErrorBody | null>(null);
  const [reportOpen, setReportOpen] = React.useState(props.reportOpen);

  const run = async (work: Promise<unknown>): Promise<void> => {
    setError(null);
    try {
      await work;
    } catch (reason) {
      setError(errorBody(reason));
    }
  };

  const open = (): Promise<void> =>
    run(commands.execute(CommandIDs.open, { dataset: info.dataset }));

  const card = React.useRef<HTMLLIElement>(null);
  const { dataset, name } = info;
  const { client } = context;
  const readReport = React.useCallback<ReadReport>(
    (offset, limit) => client.report(dataset, offset, limit),
    [client, dataset]
  );
  React.useEffect(
    () =>
      card.current === null
        ? undefined
        : addDropZone(card.current, {
            text: trans.__('Drop image files: they are copied into %1', name),
            onFiles: files => uploads.start(dataset, files)
          }),
    [uploads, dataset, name, trans]
  );

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
        <details
          open={reportOpen}
          onToggle={event => setReportOpen(event.currentTarget.open)}
        >
          <summary>{trans.__('Report')}</summary>
          {reportOpen && (
            <Report
              key={info.version}
              dataset={dataset}
              context={context}
              title={trans.__('Ingest report')}
              annotations={trans.__('Annotations')}
              read={readReport}
            />
          )}
        </details>
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
  run: (work: Promise<unknown>) => Promise<void>;
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
        <button
          type="button"
          className="vl-link"
          onClick={() => void props.run(update(props.info, props.context))}
        >
          {trans.__('Go on with it')}
        </button>
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
