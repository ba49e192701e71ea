import * as React from 'react';
import type { IPanelContext } from '../../core/client/context';
import type { IRun } from '../client';
import type { IErrorBody } from '../../core/client/types';
import { ErrorBox } from '../../core/components/ErrorBox';
import { Field } from '../../core/components/TextField';
import { FolderBrowser } from '../../ingestion/FolderBrowser';
import { PathField } from '../../ingestion/PathField';
import type { StartJob } from './useJob';

interface IProps {
  readonly context: IPanelContext;
  readonly runs: readonly IRun[];
  readonly splits: readonly string[];
  readonly start: StartJob;
  readonly error: IErrorBody | null;
  readonly onStarted: () => void;
}

/** A run's name from its file: `runs/yolo_bbox.json` is `yolo_bbox`. */
export function runNameOf(source: string): string {
  const last = source.replace(/\/+$/, '').split('/').pop() ?? '';
  return last.replace(/\.[^.]+$/, '');
}

/** Where the predictions of a model lie, and what they are called. */
export function AddPredictionsForm(props: IProps): JSX.Element {
  const { context, runs, splits, start, error, onStarted } = props;
  const { client, trans } = context;
  const [source, setSource] = React.useState('');
  const [typed, setTyped] = React.useState('');
  const [format, setFormat] = React.useState('');
  const [trained, setTrained] = React.useState<readonly string[]>([]);
  const [browsing, setBrowsing] = React.useState(false);
  const [busy, setBusy] = React.useState(false);
  const suggested = runNameOf(source.trim());
  const run = typed.trim() || suggested;
  const known = runs.some(each => each.run === run);
  const formats: [string, string][] = [
    ['', trans.__('Detect')],
    ['coco', trans.__('COCO results')],
    ['yolo', trans.__('YOLO text files with confidence')],
    ['voc', trans.__('VOC text files')],
    ['classification', trans.__('Class probabilities (CSV, Parquet)')]
  ];
  const submit = async (): Promise<void> => {
    setBusy(true);
    const isStarted = await start('predictions', {
      run,
      source: source.trim(),
      format: format || null,
      replace: known,
      trained_on: [...trained]
    });
    setBusy(false);
    if (isStarted) {
      onStarted();
    }
  };

  return (
    <form
      className="vl-evaluation-form"
      aria-label={trans.__('Add predictions')}
      onSubmit={event => {
        event.preventDefault();
        void submit();
      }}
    >
      <PathField
        label={trans.__('File or folder on the server')}
        value={source}
        invalid={error !== null}
        client={client}
        trans={trans}
        onChange={setSource}
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
          chosen={source}
          onChoose={setSource}
        />
      )}
      <Field
        label={trans.__('Name of the run')}
        value={typed}
        placeholder={suggested}
        onChange={setTyped}
      />
      <label className="vl-field">
        <span>{trans.__('Format')}</span>
        <select
          className="vl-input"
          value={format}
          onChange={({ target }) => setFormat(target.value)}
        >
          {formats.map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
      {splits.length > 0 && (
        <fieldset className="vl-evaluation-splits">
          <legend>{trans.__('The model was trained on')}</legend>
          {splits.map(split => (
            <label key={split} className="vl-check">
              <input
                type="checkbox"
                checked={trained.includes(split)}
                onChange={({ target }) =>
                  setTrained(old =>
                    target.checked
                      ? [...old, split]
                      : old.filter(each => each !== split)
                  )
                }
              />
              {split}
            </label>
          ))}
        </fieldset>
      )}
      {known && (
        <p role="status">
          {trans.__('“%1” is there already and will be replaced.', run)}
        </p>
      )}
      {error && <ErrorBox error={error} trans={trans} />}
      <button
        type="submit"
        className="vl-button vl-mod-primary"
        disabled={busy || source.trim() === '' || run === ''}
      >
        {known ? trans.__('Replace') : trans.__('Add')}
      </button>
    </form>
  );
}
