import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IVisionLensSettings } from '../client/context';
import { useSettings } from '../components/useSettings';
import { MAX_TILE, MIN_TILE } from './layout';

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
