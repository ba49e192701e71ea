import * as React from 'react';
import { useStore } from 'zustand';
import type { IWorkspaceContext, IStopped } from '../client/context';
import { Button } from '../components/Button';
import { ErrorBox } from '../components/ErrorBox';
import { Slot } from '../components/Slot';
import { useSignedOut } from '../components/signedOut';
import { useAction } from '../components/useAction';
import { useSettings } from '../components/useSettings';
import { CommandIDs } from '../tokens';
import type { IWorkspaceModel } from '../workspace/types';
import { GridToolbar } from './GridToolbar';
import type { IGridSources } from './images/sources';
import { TileGrid } from './TileGrid';

interface IProps {
  readonly model: IWorkspaceModel;
  readonly context: IWorkspaceContext;
}

declare module '../client/context' {
  interface ISlotProps {
    /** Below the toolbar of the grid. */
    readonly grid: IProps;
  }
}

interface IGridProps extends IProps {
  readonly sources: IGridSources;
}

/** Why there are no tiles, and what to do about it. */
function Empty({ model, context }: IProps): JSX.Element | null {
  const { trans } = context;
  const pending = useStore(model.store, state => state.pending);
  const total = useStore(model.store, state => state.total);
  const level = useStore(model.store, state => state.shown.level);
  if (pending) {
    return <p className="vl-empty vl-quiet">{trans.__('Loading…')}</p>;
  }
  if (total === 0) {
    return (
      <p className="vl-empty">
        {level === 'samples'
          ? trans.__('This dataset has no samples yet.')
          : trans.__('This dataset has no annotations.')}
      </p>
    );
  }
  return (
    <div className="vl-empty">
      <p>
        {level === 'samples'
          ? trans.__('No sample meets all conditions.')
          : trans.__('No annotation meets all conditions.')}
      </p>
      <Button onClick={() => model.clearFilters()}>
        {trans.__('Clear filters')}
      </Button>
    </div>
  );
}

/** Why some images are not here yet, and how the job that brings them goes on. */
function Stopped(props: {
  readonly stopped: IStopped;
  readonly context: IWorkspaceContext;
}): JSX.Element {
  const { stopped, context } = props;
  const { trans, commands } = context;
  const { error, run } = useAction();
  return (
    <ErrorBox
      error={error ?? stopped.error}
      trans={trans}
      commands={commands}
      onRetry={() => void run(stopped.resume)}
    />
  );
}

/** Toolbar and tiles of one workspace. */
export function GridPanel(props: IGridProps): JSX.Element {
  const { model, context, sources } = props;
  const { trans, commands, settings } = context;
  const count = useStore(model.store, state => state.ids.length);
  const error = useStore(model.store, state => state.error);
  const dataset = useStore(model.store, state => state.dataset);
  const workspace = useStore(model.store, state => state.id);
  const { tileSize } = useSettings(settings);
  const stopped = useSignedOut(context, dataset);
  const [tagging, setTagging] = React.useState(false);

  const open = (sampleId: number): void => {
    model.setFocus(sampleId);
    void commands.execute(CommandIDs.openSample, { dataset, workspace });
  };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const typing =
      event.target instanceof HTMLInputElement ||
      event.target instanceof HTMLSelectElement;
    if (typing || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    if (event.key === 't') {
      setTagging(model.store.getState().selectedInView > 0);
      event.preventDefault();
    }
  };

  return (
    <div className="vl-grid-body" tabIndex={-1} onKeyDown={onKeyDown}>
      <GridToolbar
        model={model}
        context={context}
        tagging={tagging}
        onTagging={setTagging}
      />
      <Slot slots={context.slots} name="grid" give={{ model, context }} />
      {stopped && <Stopped stopped={stopped} context={context} />}
      {error && <ErrorBox error={error} trans={trans} />}
      {count === 0 ? (
        <Empty model={model} context={context} />
      ) : (
        <TileGrid
          model={model}
          context={context}
          sources={sources}
          tileSize={tileSize}
          onOpen={open}
        />
      )}
    </div>
  );
}
