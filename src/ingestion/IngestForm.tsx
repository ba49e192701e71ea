import * as React from 'react';
import type { IPanelContext, ISlotProps } from '../core/client/context';
import type { IDetected, IIngestParameters } from '../core/client/types';
import { Button } from '../core/components/Button';
import { ErrorBox } from '../core/components/ErrorBox';
import { signInCommand } from '../core/components/SignIn';
import { useAnswer, type IAnswer } from '../core/components/useAnswer';
import { Choice, SubmitButton, TextField } from '../core/forms/fields';
import { useForm } from '../core/forms/useForm';
import { Candidates } from './Candidates';
import { SourceField } from './SourceField';

const EMPTY = { source: '', name: '', format: '', images: '', labels: '' };

/** What was filled in; the rest is left to detection. */
function parameters(values: typeof EMPTY): IIngestParameters {
  const filled = Object.entries(values)
    .map(([key, value]) => [key, value.trim()])
    .filter(([, value]) => value !== '');
  return { source: '', ...Object.fromEntries(filled) };
}

/** What is detected: all but the name. */
function placeOf(values: typeof EMPTY): IIngestParameters {
  const { source, format, images, labels } = parameters(values);
  return { source, format, images, labels };
}

/** Where the images lie, and what is not as detected. */
export function IngestForm(props: ISlotProps['add-dataset']): JSX.Element {
  const { context, source, onStarted, onCancel } = props;
  const { client, jobs, trans } = context;
  // Detection works without the list of formats.
  const { answer: formats } = useAnswer('formats', () => client.formats());
  const start = async (
    values: typeof EMPTY,
    incremental?: true
  ): Promise<void> =>
    onStarted(
      await jobs.startIngest({
        ...parameters(values),
        ...(incremental && { incremental })
      })
    );
  const [turn, setTurn] = React.useState(0);
  const form = useForm<typeof EMPTY, IDetected>({
    initial: { ...EMPTY, source },
    validate: values => (values.source.trim() === '' ? { source: true } : {}),
    onSubmit: values => start(values),
    onCancel,
    estimate: {
      key: values =>
        values.source.trim() === ''
          ? null
          : JSON.stringify([placeOf(values), turn]),
      ask: (values, signal) => client.detect(placeOf(values), signal)
    }
  });
  const { error, estimate } = form;
  const { answer: detected } = estimate;
  const isUnfit = estimate.error !== null && !estimate.pending;
  return (
    <form
      className="vl-ingest"
      aria-label={trans.__('Add a dataset')}
      {...form.handlers}
    >
      <SourceField
        label={trans.__('Folder or file on the server')}
        {...form.bind('source')}
        invalid={estimate.error !== null}
        context={context}
      />
      <Detection
        detection={estimate}
        context={context}
        onRetry={() => setTurn(turn + 1)}
      />
      {detected && !isUnfit && (
        <Candidates
          detected={detected}
          trans={trans}
          onTake={form.bind('format').onChange}
        />
      )}
      <TextField
        label={trans.__('Name')}
        {...form.bind('name')}
        placeholder={detected?.suggested_name ?? ''}
        spellCheck={false}
      />
      <Choice
        label={trans.__('Format')}
        {...form.bind('format')}
        options={[
          ['', trans.__('Detect')],
          ...(formats ?? []).map(
            ({ name, label, description }) =>
              [name, label, { title: description }] as const
          )
        ]}
      />
      <details>
        <summary>{trans.__('More')}</summary>
        <TextField
          label={trans.__('Images, where they lie apart')}
          {...form.bind('images')}
          placeholder={detected?.images ?? ''}
          spellCheck={false}
        />
        <TextField
          label={trans.__('Labels, where they lie apart')}
          {...form.bind('labels')}
          placeholder={detected?.labels[0] ?? ''}
          spellCheck={false}
        />
      </details>
      {error && (
        <ErrorBox error={error} trans={trans} commands={context.commands} />
      )}
      {error?.code === 'DATASET_EXISTS' && (
        <Button
          title={trans.__(
            'Ingest what is not in it yet or did not finish, and keep the rest'
          )}
          disabled={form.submitting}
          onClick={() => void form.submit(values => start(values, true))}
        >
          {trans.__('Add to it')}
        </Button>
      )}
      <div className="vl-ingest-actions">
        <SubmitButton disabled={!form.canSubmit || isUnfit}>
          {trans.__('Ingest')}
        </SubmitButton>
        <Button onClick={onCancel}>{trans.__('Cancel')}</Button>
      </div>
    </form>
  );
}

/** What was found at the path typed so far: what is read, and from where. */
export function Detection(props: {
  detection: IAnswer<IDetected>;
  context: Pick<IPanelContext, 'trans' | 'commands'>;
  onRetry: () => void;
}): JSX.Element | null {
  const { detection, context, onRetry } = props;
  const { trans, commands } = context;
  const { answer: detected, error, pending } = detection;
  if (error) {
    return (
      <ErrorBox
        error={error}
        trans={trans}
        commands={commands}
        onRetry={signInCommand(error) === null ? undefined : onRetry}
      />
    );
  }
  if (!detected) {
    return pending ? (
      <p className="vl-quiet" role="status">
        {trans.__('Looking…')}
      </p>
    ) : null;
  }
  const { images, labels, splits } = detected;
  const more = labels.length - 1;
  const lines = [
    images !== null && trans.__('Images: %1', images),
    labels.length > 0 &&
      trans.__('Labels: %1', labels[0]) +
        (more > 0 ? ` ${trans.__('and %1 more', more)}` : ''),
    splits.length > 0 && trans.__('Splits: %1', splits.join(', '))
  ].filter(Boolean);
  return (
    <div className="vl-detected" role="status" aria-busy={pending}>
      <strong>{detected.label}</strong> <span>{detected.reason}</span>
      {lines.map(line => (
        <p key={String(line)} className="vl-quiet">
          {line}
        </p>
      ))}
      {detected.unread.map(line => (
        <p key={line} className="vl-unread">
          {line}
        </p>
      ))}
    </div>
  );
}
