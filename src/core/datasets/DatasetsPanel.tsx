import * as React from 'react';
import type { IDatasetInfo, IJob } from '../client/types';
import { ErrorBox } from '../components/ErrorBox';
import { Slot } from '../components/Slot';
import { JobRow } from '../jobs/JobRow';
import { useJobs } from '../jobs/useJobs';
import { DatasetCard } from './DatasetCard';
import type { IDatasetsContext, IFormState } from './types';
import { useDatasets, useOwnJobs } from './useDatasets';
import { useSyncExternalStore } from 'react';

/** The datasets of this server, and how to add one. */
export function DatasetsPanel(props: {
  context: IDatasetsContext;
}): JSX.Element {
  const { context } = props;
  const { form, slots, trans } = context;
  const { datasets, error, reload } = useDatasets(context);
  const request = useFormRequest(form);
  const formOpen = request !== null;
  const own = useOwnJobs(useJobs(context.jobs));

  const started = (job: IJob): void => {
    own.add(job);
    form.close();
  };

  return (
    <>
      <div className="vl-toolbar">
        <span className="vl-header-line" role="status">
          {datasets === null
            ? trans.__('Datasets')
            : trans._n('%1 dataset', '%1 datasets', datasets.length)}
        </span>
        <span className="vl-spacer" />
        <button
          type="button"
          className={`vl-button${formOpen ? '' : ' vl-mod-primary'}`}
          aria-expanded={formOpen}
          onClick={() => (formOpen ? form.close() : form.open())}
        >
          {trans.__('Add dataset')}
        </button>
      </div>
      {request && (
        <Slot
          key={request.source}
          slots={slots}
          name="add-dataset"
          give={{
            context,
            source: request.source,
            onStarted: started,
            onCancel: () => form.close()
          }}
        />
      )}
      <Slot slots={slots} name="datasets" give={{ context }} />
      {own.visible.map(job => (
        <JobRow
          key={job.job}
          job={job}
          jobs={context.jobs}
          context={context}
          onDismiss={own.dismiss}
        />
      ))}
      {error && <ErrorBox error={error} trans={trans} onRetry={reload} />}
      {datasets?.length === 0 && !formOpen && <Nothing context={context} />}
      {datasets && (
        <Cards
          datasets={datasets}
          context={context}
          finished={own.finished}
          reload={reload}
        />
      )}
    </>
  );
}

function Cards(props: {
  datasets: readonly IDatasetInfo[];
  context: IDatasetsContext;
  finished: ReadonlySet<string>;
  reload: () => void;
}): JSX.Element {
  const { datasets, context, finished, reload } = props;
  return (
    <ul className="vl-cards" aria-label={context.trans.__('Datasets')}>
      {datasets.map(info => {
        const fresh = finished.has(info.dataset);
        return (
          <DatasetCard
            // A card whose ingest has just ended starts anew, with its report open.
            key={`${info.uuid}${fresh ? ' finished' : ''}`}
            info={info}
            context={context}
            isFresh={fresh}
            onDeleted={reload}
          />
        );
      })}
    </ul>
  );
}

function Nothing(props: { context: IDatasetsContext }): JSX.Element {
  const { trans } = props.context;
  return (
    <div className="vl-empty">
      <p>
        {trans.__(
          'No dataset yet. Add a folder of images, with COCO, YOLO or Pascal VOC labels, class folders or none.'
        )}
      </p>
      <p className="vl-quiet">
        {trans.__('In a notebook: %1', 'vl.ingest("path", name="…")')}
      </p>
      <p className="vl-quiet">
        {trans.__(
          'To look around first: %1 in a terminal renders a street dataset.',
          'visionlens demo'
        )}
      </p>
    </div>
  );
}

/** What the form is opened with; renders again when that changes. */
export function useFormRequest(form: IFormState): IFormState['request'] {
  return useSyncExternalStore(
    listener => {
      form.changed.connect(listener);
      return () => form.changed.disconnect(listener);
    },
    () => form.request
  );
}
