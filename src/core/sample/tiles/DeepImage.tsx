import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IClient } from '../../client/context';
import type { ISampleDetail } from '../../client/types';
import { ErrorBox } from '../../components/ErrorBox';
import type { IPlacement, ISize } from '../../components/placement';
import type { ITilePlace } from './layout';
import { TileCanvas } from './TileCanvas';
import { useTiles } from './useTiles';

interface IProps {
  readonly sample: ISampleDetail;
  readonly dataset: string;
  readonly client: Pick<IClient, 'imageTiles' | 'tileUrl'>;
  /** Another one when it looks otherwise; null: not known yet. */
  readonly shown: string | null;
  /** Where the image lies; null: its size is not known. */
  readonly placement: IPlacement | null;
  readonly size: ISize;
  /** Of the thumbnail, which lies below the tiles. */
  readonly style: React.CSSProperties;
  readonly pixelated: boolean;
  readonly trans: TranslationBundle;
}

/** A large image, by the tiles in view. */
export function DeepImage(props: IProps): JSX.Element {
  const { sample, dataset, client, placement, size, pixelated, trans } = props;
  const id = sample.sample_id;
  const { info, error, reload } = useTiles(client, dataset, id, props.shown);
  const version = info?.version ?? '';
  const url = React.useCallback(
    (place: ITilePlace) => client.tileUrl(dataset, id, version, place),
    [client, dataset, id, version]
  );
  return (
    <>
      <div
        className="vl-viewer-image"
        role="img"
        aria-label={sample.filename}
        style={props.style}
      />
      {info !== null && info.levels > 0 && placement && (
        <TileCanvas
          info={info}
          url={url}
          placement={placement}
          size={size}
          pixelated={pixelated}
          onMissing={reload}
        />
      )}
      <div className="vl-tiles-state" aria-live="polite">
        {info && !info.ready && !error && (
          <label className="vl-tiles-progress">
            {trans.__('Preparing the full resolution')}
            <progress value={info.done} max={1} />
          </label>
        )}
        {info?.damage && (
          <p>{trans.__('Shown as far as it goes: %1', info.damage)}</p>
        )}
        {info?.slower && <p>{info.slower}</p>}
      </div>
      {error && <ErrorBox error={error} trans={trans} onRetry={reload} />}
    </>
  );
}
