import * as React from 'react';
import { useStore } from 'zustand';
import type { IWorkspaceContext } from '../core/client/context';
import { Button } from '../core/components/Button';
import { ErrorBox } from '../core/components/ErrorBox';
import { HeaderLine } from '../core/components/HeaderLine';
import { JobProgress } from '../core/jobs/JobProgress';
import { isActive } from '../core/jobs/tracker';
import { type IDatasetJob, useDatasetJob } from '../core/jobs/useDatasetJob';
import { CommandIDs } from '../core/tokens';
import {
  useImageDrop,
  useSemanticSearch
} from '../core/search/useSemanticSearch';
import type { IWorkspaceModel } from '../core/workspace/types';
import { ComputeForm } from './ComputeForm';
import { Legend } from './legend/Legend';
import { MapCanvas } from './canvas/MapCanvas';
import { MapModel } from './mapModel';
import { MapToolbar } from './MapToolbar';
import type { Mode } from './canvas/useDrawing';
import { useRenderer } from './canvas/useRenderer';

interface IProps {
  readonly model: IWorkspaceModel;
  readonly context: IWorkspaceContext;
}

interface IPartProps extends IProps {
  readonly map: MapModel;
  readonly making: IDatasetJob;
}

/** The jobs that bring a map about. */
const KINDS = ['embed', 'project'] as const;

/** The map of one workspace. */
export function MapPanel({ model, context }: IProps): JSX.Element {
  const map = React.useMemo(
    () => new MapModel(model, context.client),
    [model, context.client]
  );
  React.useEffect(() => () => map.dispose(), [map]);
  const projections = useStore(map.store, state => state.projections);
  const error = useStore(map.store, state => state.error);
  const { trans, client } = context;
  const dataset = useStore(model.store, state => state.dataset);
  const making = useDatasetJob(client, dataset, KINDS);
  return (
    <div className="vl-map-body" tabIndex={-1}>
      {projections?.length ? (
        <Drawn model={model} context={context} map={map} making={making} />
      ) : (
        <div className="vl-toolbar" role="toolbar" aria-label={trans.__('Map')}>
          <HeaderLine model={model} trans={trans} />
        </div>
      )}
      {error && (
        <ErrorBox
          error={error}
          trans={trans}
          onRetry={() => void map.reload()}
        />
      )}
      {projections?.length === 0 && (
        <Empty model={model} context={context} map={map} making={making} />
      )}
      {projections === null && !error && (
        <p className="vl-empty vl-quiet">{trans.__('Loading…')}</p>
      )}
    </div>
  );
}

/** A projection with all that belongs to it. */
function Drawn(props: IPartProps): JSX.Element {
  const { model, context, map, making } = props;
  const { trans } = context;
  const host = React.useRef<HTMLDivElement>(null);
  const stage = React.useRef<HTMLDivElement>(null);
  const view = useRenderer(map, host);
  const [mode, setMode] = React.useState<Mode>('pan');
  const loading = useStore(map.store, state => state.loading);
  const warning = useStore(map.store, state => state.projection?.warning);
  const level = useStore(map.store, state => state.projection?.level);
  const viewLevel = useStore(model.store, state => state.view.level);
  const meaning = useSemanticSearch(model, context);
  useImageDrop(stage, context, meaning);
  const drawing = { ...props, view, mode, onMode: setMode };
  return (
    <>
      <MapToolbar {...drawing} onStarted={making.look} />
      {making.job && isActive(making.job) && (
        <JobProgress job={making.job} context={context} />
      )}
      {warning && <p className="vl-map-warning">{warning}</p>}
      {level && level !== viewLevel && (
        <p className="vl-map-warning">
          {level === 'samples'
            ? trans.__('Points are images, the grid shows annotations.')
            : trans.__('Points are objects, the grid shows images.')}{' '}
          <Button kind="link" onClick={() => model.setLevel(level)}>
            {level === 'samples'
              ? trans.__('Show images')
              : trans.__('Show annotations')}
          </Button>
        </p>
      )}
      {view.error && (
        <div className="vl-error" role="alert">
          {trans.__('The map cannot be drawn: %1', view.error.message)}
        </div>
      )}
      {meaning.error && <ErrorBox error={meaning.error} trans={trans} />}
      <div
        ref={stage}
        className="vl-map-stage"
        aria-busy={loading || meaning.busy}
      >
        <MapCanvas {...drawing} host={host} />
      </div>
      <Legend model={model} map={map} trans={trans} />
    </>
  );
}

/** What to do where there is nothing to draw yet. */
function Empty(props: IPartProps): JSX.Element {
  const { context, map, making } = props;
  const { job } = making;
  const { trans, commands } = context;
  const spaces = useStore(map.store, state => state.spaces);
  const [started, setStarted] = React.useState(false);
  const active = job !== null && isActive(job);
  React.useEffect(() => {
    if (active) {
      return () => setStarted(false); // it has ended
    }
  }, [active]);
  if (started || active) {
    return (
      <div className="vl-empty vl-map-empty">
        {active && <JobProgress job={job} context={context} />}
        <p role="status">
          {trans.__('On its way. The map comes here when the job is done.')}
        </p>
        <Button onClick={() => void commands.execute(CommandIDs.showJobs)}>
          {trans.__('Show jobs')}
        </Button>
      </div>
    );
  }
  return (
    <div className="vl-empty vl-map-empty">
      <h3>
        {spaces?.length
          ? trans.__('There are vectors, but no projection yet.')
          : trans.__('There are no embeddings yet.')}
      </h3>
      <p className="vl-quiet">
        {trans.__(
          'A model gives each image a vector; like images lie near each other on the map, and can be searched.'
        )}
      </p>
      {job && <JobProgress job={job} context={context} />}
      <ComputeForm
        {...props}
        onStarted={() => {
          setStarted(true);
          making.look();
        }}
      />
    </div>
  );
}
