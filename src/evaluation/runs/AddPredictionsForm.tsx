import * as React from 'react';
import type { IPanelContext } from '../../core/client/context';
import type { IRun } from '../client';
import type { IErrorBody } from '../../core/client/types';
import { ErrorBox } from '../../core/components/ErrorBox';
import {
  Checks,
  Choice,
  SubmitButton,
  TextField
} from '../../core/forms/fields';
import { useForm } from '../../core/forms/useForm';
import { SourceField } from '../../ingestion/SourceField';
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

interface IValues {
  readonly source: string;
  readonly name: string;
  readonly format: string;
  readonly trained: readonly string[];
}

const EMPTY: IValues = { source: '', name: '', format: '', trained: [] };

/** The name of the run: as typed, else that of its file. */
function nameOf({ name, source }: IValues): string {
  return name.trim() || runNameOf(source.trim());
}

/** Where the predictions of a model lie, and what they are called. */
export function AddPredictionsForm(props: IProps): JSX.Element {
  const { context, runs, splits, start, error, onStarted } = props;
  const { trans } = context;
  const isKnown = (run: string): boolean => runs.some(each => each.run === run);
  const form = useForm<IValues>({
    initial: EMPTY,
    validate: values => ({
      ...(values.source.trim() === '' && { source: true }),
      ...(nameOf(values) === '' && { name: true })
    }),
    onSubmit: async values => {
      const run = nameOf(values);
      const isStarted = await start('predictions', {
        run,
        source: values.source.trim(),
        format: values.format || null,
        replace: isKnown(run),
        trained_on: [...values.trained]
      });
      if (isStarted) {
        onStarted();
      }
    }
  });
  const run = nameOf(form.values);
  return (
    <form
      className="vl-evaluation-form"
      aria-label={trans.__('Add predictions')}
      {...form.handlers}
    >
      <SourceField
        label={trans.__('File or folder on the server')}
        {...form.bind('source')}
        invalid={error !== null}
        context={context}
      />
      <TextField
        label={trans.__('Name of the run')}
        {...form.bind('name')}
        placeholder={runNameOf(form.values.source.trim())}
        spellCheck={false}
      />
      <Choice
        label={trans.__('Format')}
        {...form.bind('format')}
        options={[
          ['', trans.__('Detect')],
          ['coco', trans.__('COCO results')],
          ['yolo', trans.__('YOLO text files with confidence')],
          ['voc', trans.__('VOC text files')],
          ['classification', trans.__('Class probabilities (CSV, Parquet)')]
        ]}
      />
      {splits.length > 0 && (
        <Checks
          className="vl-evaluation-splits"
          label={trans.__('The model was trained on')}
          {...form.bind('trained')}
          options={splits.map(split => [split, split])}
        />
      )}
      {isKnown(run) && (
        <p role="status">
          {trans.__('“%1” is there already and will be replaced.', run)}
        </p>
      )}
      {error && <ErrorBox error={error} trans={trans} />}
      <SubmitButton disabled={!form.canSubmit}>
        {isKnown(run) ? trans.__('Replace') : trans.__('Add')}
      </SubmitButton>
    </form>
  );
}
