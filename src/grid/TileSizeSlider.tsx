import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { MAX_TILE, MIN_TILE } from './layout';

/** Width of the tiles. */
export function TileSizeSlider(props: {
  value: number;
  onChange: (value: number) => void;
  trans: TranslationBundle;
}): JSX.Element {
  const { value, onChange, trans } = props;
  return (
    <input
      className="vl-tile-size"
      type="range"
      min={MIN_TILE}
      max={MAX_TILE}
      step={4}
      value={value}
      title={trans.__('Tile size: %1 pixels', value)}
      aria-label={trans.__('Tile size')}
      onChange={event => onChange(Number(event.target.value))}
    />
  );
}
