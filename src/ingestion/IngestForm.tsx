import * as React from 'react';
import { errorBody } from '../core/client/errors';
import type { IErrorBody, IIngestParameters, IJob } from '../core/client/types';
import { ErrorBox } from '../core/components/ErrorBox';
import { Detection } from './Detection';
import { Field } from '../core/components/TextField';
import { FolderBrowser } from './FolderBrowser';
import { PathField } from './PathField';
import type { IDatasetsContext } from '../core/datasets/types';
import { useDetect } from './useDetect';
import { useFormats } from './useFormats';

interface IProps {
  readonly context: IDatasetsContext;
  /** Folder or file to begin with; empty: none. */
  readonly source: string;
  readonly onStarted: (job: IJob) => void;
  readonly onCancel: () => void;
}

const EMPTY = { source: '', name: '', format: '', images: '', labels: '' };

/** Where the images lie, and what is not as detected. */
export function IngestForm(props: IProps): JSX.Element {
  const { context, onStarted, onCancel } = props;
  const { client, jobs, trans } = context;
  const [values, setValues] = React.useState({
    ...EMPTY,
    source: props.source
  });
  const [browsing, setBrowsing] = React.useState(false);
  const [starting, setStarting] = React.useState(false);
  const [error, setError] = React.useState<IErrorBody | null>(null);
  const formats = useFormats(client);
  const { name, ...place } = parameters(values);
  const detection = useDetect(client, place);

  const set = (change: Partial<typeof EMPTY>): void => {
    setValues(before => ({ ...before, ...change }));
    setError(null);
  };

  const isUnfit = detection.error !== null && !detection.pending;

  const start = async (incremental: boolean): Promise<void> => {
    setStarting(true);
    setError(null);
    try {
      onStarted(
        await jobs.startIngest({
          ...place,
          ...(name && { name }),
          ...(incremental && { incremental })
        })
      );
    } catch (reason) {
      setError(errorBody(reason));
      setStarting(false);
    }
  };

  return (
    <form
      className="vl-ingest"
      aria-label={trans.__('Add a dataset')}
      onSubmit={event => {
        event.preventDefault();
        void start(false);
      }}
      onKeyDown={event => {
        if (event.key === 'Escape') {
          event.stopPropagation();
          onCancel();
        }
      }}
    >
      <PathField
        label={trans.__('Folder or file on the server')}
        value={values.source}
        invalid={detection.error !== null}
        client={client}
        trans={trans}
        onChange={source => set({ source })}
      >
        <button
          type="button"
          className="vl-button"
          aria-expanded={browsing}
          onClick={() => setBrowsing(!browsing)}
        >
          {trans.__('Browse')}
        </button>
      </PathField>
      {browsing && (
        <FolderBrowser
          context={context}
          start={null}
          chosen={values.source}
          onChoose={source => set({ source })}
        />
      )}
      <Detection detection={detection} trans={trans} />
      <Field
        label={trans.__('Name')}
        value={values.name}
        placeholder={detection.detected?.suggested_name ?? ''}
        onChange={value => set({ name: value })}
      />
      <label className="vl-field">
        <span>{trans.__('Format')}</span>
        <select
          className="vl-input"
          value={values.format}
          onChange={event => set({ format: event.currentTarget.value })}
        >
          <option value="">{trans.__('Detect')}</option>
          {formats.map(format => (
            <option
              key={format.name}
              value={format.name}
              title={format.description}
            >
              {format.label}
            </option>
          ))}
        </select>
      </label>
      <details>
        <summary>{trans.__('More')}</summary>
        <Field
          label={trans.__('Images, where they lie apart')}
          value={values.images}
          placeholder={detection.detected?.images ?? ''}
          onChange={images => set({ images })}
        />
        <Field
          label={trans.__('Labels, where they lie apart')}
          value={values.labels}
          placeholder={detection.detected?.labels[0] ?? ''}
          onChange={labels => set({ labels })}
        />
      </details>
      {error && <ErrorBox error={error} trans={trans} />}
      {error?.code === 'DATASET_EXISTS' && (
        <button
          type="button"
          className="vl-button"
          title={trans.__(
            'Ingest what is not in it yet or did not finish, and keep the rest'
          )}
          disabled={starting}
          onClick={() => void start(true)}
        >
          {trans.__('Add to it')}
        </button>
      )}
      <div className="vl-ingest-actions">
        <button
          type="submit"
          className="vl-button vl-mod-primary"
          disabled={starting || !place.source || isUnfit}
        >
          {trans.__('Ingest')}
        </button>
        <button type="button" className="vl-button" onClick={onCancel}>
          {trans.__('Cancel')}
        </button>
      </div>
    </form>
  );
}

/** What was filled in; the rest is left to detection. */
function parameters(values: typeof EMPTY): IIngestParameters {
  const filled = Object.entries(values)
    .map(([key, value]) => [key, value.trim()])
    .filter(([, value]) => value !== '');
  return { source: '', ...Object.fromEntries(filled) };
}
