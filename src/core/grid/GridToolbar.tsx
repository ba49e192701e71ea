import * as React from 'react';
import { useStore } from 'zustand';
import type { IPanelContext, IVisionLensSettings } from '../client/context';
import type { Level } from '../client/types';
import { HeaderLine } from '../components/HeaderLine';
import { OverlayToggles } from '../overlays/OverlayToggles';
import { Popover } from '../components/Popover';
import { TagForm } from '../components/TagForm';
import { CommandIDs } from '../tokens';
import type { IWorkspaceModel } from '../workspace/types';
import { SortMenu } from './SortMenu';
import { Button } from '../components/Button';
import type { TranslationBundle } from '@jupyterlab/translation';
import { useSettings } from '../components/useSettings';
import { MAX_TILE, MIN_TILE } from './layout';
import type { CommandRegistry } from '@lumino/commands';

interface IProps {
  readonly model: IWorkspaceModel;
  readonly context: IPanelContext;
  readonly tagging: boolean;
  readonly onTagging: (open: boolean) => void;
}

/** Tag what is selected. */
function TagButton(props: IProps): JSX.Element {
  const { model, context, tagging, onTagging } = props;
  const { trans } = context;
  const selected = useStore(model.store, state => state.selectedInView);
  const tags = useStore(model.store, state => state.detail?.tags);
  const known = (tags ?? []).flatMap(({ name }) => (name ? [name] : []));
  return (
    <Popover
      kind="dialog"
      label={trans.__('Tag')}
      title={
        selected > 0
          ? trans.__('Tag the selection (t)')
          : trans.__('Select something to tag it (t)')
      }
      open={tagging && selected > 0}
      disabled={selected === 0}
      onToggle={onTagging}
    >
      <TagForm
        trans={trans}
        known={known}
        autoFocus
        onAdd={tag => model.tag(tag)}
        onRemove={tag => model.tag(tag, { remove: true })}
        onDone={() => onTagging(false)}
      />
    </Popover>
  );
}

/** Images or crops of their annotations. */
function LevelSelect({ model, context }: IProps): JSX.Element {
  const { trans } = context;
  const level = useStore(model.store, state => state.view.level);
  const all = useStore(model.store, state => state.view.all);
  return (
    <select
      className="vl-button vl-select"
      value={level === 'annotations' && all ? 'all' : level}
      aria-label={trans.__('What a tile is')}
      title={trans.__('What a tile is')}
      onChange={({ target: { value } }) =>
        value === 'all'
          ? model.setLevel('annotations', true)
          : model.setLevel(value as Level)
      }
    >
      <option value="samples">{trans.__('Images')}</option>
      <option
        value="annotations"
        title={trans.__('Annotations that meet the conditions')}
      >
        {trans.__('Annotations')}
      </option>
      <option
        value="all"
        title={trans.__('Every annotation, of any source, of matching images')}
      >
        {trans.__('All annotations')}
      </option>
    </select>
  );
}

/** Write the view into a notebook; loud only where one is open. */
function InsertButton({ context }: IProps): JSX.Element {
  const { trans, commands } = context;
  const enabled = useCommandEnabled(commands, CommandIDs.insertCell);
  return (
    <button
      type="button"
      className={`vl-button${enabled ? ' vl-mod-primary' : ''}`}
      disabled={!enabled}
      title={
        enabled
          ? trans.__('Insert the line that reproduces this view')
          : trans.__('Open a notebook to insert this view into it')
      }
      onClick={() => void commands.execute(CommandIDs.insertCell)}
    >
      {trans.__('Insert as cell')}
    </button>
  );
}

/** The header line and the grid's own controls. */
export function GridToolbar(props: IProps): JSX.Element {
  const { model, context } = props;
  const { trans, commands, settings } = context;
  const level = useStore(model.store, state => state.view.level);
  return (
    <div className="vl-toolbar" role="toolbar" aria-label={trans.__('Grid')}>
      <HeaderLine model={model} trans={trans} />
      <div className="vl-toolbar-view">
        <LevelSelect {...props} />
        <SortMenu model={model} trans={trans} />
        <OverlayToggles
          settings={settings}
          trans={trans}
          ownOnly={level === 'annotations'}
        />
      </div>
      <div className="vl-toolbar-actions">
        <TagButton {...props} />
        <Button
          title={trans.__('Open the map beside the grid')}
          onClick={() => void commands.execute(CommandIDs.openMap)}
        >
          {trans.__('Map')}
        </Button>
        <Button
          title={trans.__('Open the evaluation of predictions')}
          onClick={() => void commands.execute(CommandIDs.openEvaluation)}
        >
          {trans.__('Evaluation')}
        </Button>
        <InsertButton {...props} />
      </div>
      <TileSizeSlider settings={settings} trans={trans} />
    </div>
  );
}

/** Width of the tiles. */
export function TileSizeSlider(props: {
  settings: IVisionLensSettings;
  trans: TranslationBundle;
}): JSX.Element {
  const { settings, trans } = props;
  const { tileSize } = useSettings(settings);
  return (
    <input
      className="vl-tile-size"
      type="range"
      min={MIN_TILE}
      max={MAX_TILE}
      step={4}
      value={tileSize}
      title={trans.__('Tile size: %1 pixels', tileSize)}
      aria-label={trans.__('Tile size')}
      onChange={event => settings.set({ tileSize: Number(event.target.value) })}
    />
  );
}

/** Whether a command would do anything now. */
export function useCommandEnabled(
  commands: CommandRegistry,
  id: string
): boolean {
  return React.useSyncExternalStore(
    React.useCallback(
      changed => {
        commands.commandChanged.connect(changed);
        return () => void commands.commandChanged.disconnect(changed);
      },
      [commands]
    ),
    () => commands.hasCommand(id) && commands.isEnabled(id)
  );
}
