import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import { ServerConnection } from '@jupyterlab/services';
import * as React from 'react';
import type { IErrorBody } from '../../client/types';
import { ErrorBox } from '../../components/ErrorBox';
import type { ISize } from '../../components/placement';
import type { IPicture } from './usePicture';

interface IProps {
  readonly url: string;
  /** The same for all addresses of one image. */
  readonly name: string;
  readonly filename: string;
  /** Stands in the place of an image that does not come; null: there is none. */
  readonly thumbnail: string | null;
  readonly commands: CommandRegistry;
  readonly picture: IPicture;
  /** CSS pixels of the image's width; null: not known. */
  readonly width: number | null;
  readonly style: React.CSSProperties;
  readonly onNatural: (size: ISize) => void;
  readonly trans: TranslationBundle;
}

/** An image in one piece; camera RAW is developed when it is enlarged beyond its preview. */
export function PlainImage(props: IProps): JSX.Element {
  const { url, name, filename, picture, width, style, trans } = props;
  const [error, setError] = React.useState<IErrorBody | null>(null);
  const [loaded, setLoaded] = React.useState({ url: '', width: 0 });
  const [attempt, setAttempt] = React.useState(0);
  React.useEffect(() => setError(null), [url, attempt]);
  const source = error === null ? url : props.thumbnail;

  const { info, developed, develop } = picture;
  const isCoarse =
    loaded.url === url &&
    (width ?? 0) * (window.devicePixelRatio || 1) > loaded.width * 1.05;
  const wanted = info?.kind === 'raw' && !developed && isCoarse;
  React.useEffect(() => {
    if (wanted) {
      develop(true);
    }
  });
  return (
    <>
      {source !== null && (
        <img
          key={`${attempt} ${name}`}
          className="vl-viewer-image"
          src={source}
          alt={filename}
          draggable={false}
          decoding="async"
          style={style}
          onLoad={({ currentTarget: image }) => {
            if (error === null) {
              setLoaded({ url, width: image.naturalWidth });
              props.onNatural({
                width: image.naturalWidth,
                height: image.naturalHeight
              });
            }
          }}
          onError={() =>
            error === null && void imageError(url, trans).then(setError)
          }
        />
      )}
      {developed && loaded.url !== url && !error && (
        <div className="vl-tiles-state" aria-live="polite">
          <p>{trans.__('Developing…')}</p>
        </div>
      )}
      {error && (
        // What is done here moves no image.
        <div onPointerDown={event => event.stopPropagation()}>
          <ErrorBox
            error={error}
            trans={trans}
            commands={props.commands}
            onRetry={() => setAttempt(attempt + 1)}
          />
        </div>
      )}
    </>
  );
}

/** Why an image did not load: what the server says of its address, since `<img>` does not tell. */
export async function imageError(
  url: string,
  trans: TranslationBundle
): Promise<IErrorBody> {
  try {
    const response = await ServerConnection.makeRequest(
      url,
      {},
      ServerConnection.makeSettings()
    );
    if (!response.ok) {
      return (await response.json()) as IErrorBody;
    }
  } catch {
    // No answer, or none of ours: what is said below still holds.
  }
  return {
    code: 'IMAGE_UNREADABLE',
    message: trans.__('The browser could not show this image.'),
    hint: trans.__('Open the file in an image viewer to check it.'),
    details: { url },
    request_id: null
  };
}
