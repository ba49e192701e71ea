/** What the image in focus holds beside one picture, and how images of its dataset are shown. */
import * as React from 'react';
import { useStore } from 'zustand';
import type { IClient } from '../../client/context';
import { errorBody, isAbort } from '../../client/errors';
import type {
  IDisplay,
  IErrorBody,
  IPictureInfo,
  ISampleDetail
} from '../../client/types';
import type { IWorkspaceModel } from '../../workspace/types';

/** Names of files that hold one picture of 8 bits, about which nobody needs to be asked. */
const PLAIN = /\.(jpe?g|jpe|jfif|gif|webp|bmp)$/i;

export const AS_SUITS: IDisplay = {
  page: 0,
  bands: [],
  stretch: 'percentile',
  gamma: 1
};

export interface IPicture {
  /** Null: not known yet. */
  readonly info: IPictureInfo | null;
  /** What is chosen for the dataset; null: nothing. */
  readonly display: IDisplay | null;
  readonly canUndo: boolean;
  /** Whether camera RAW is shown at full size. */
  readonly developed: boolean;
  readonly error: IErrorBody | null;
  /** Another one when images look otherwise: a part of their addresses. */
  readonly shown: string;
  choose(display: IDisplay | null): void;
  /** Take the last choice back. */
  undo(): void;
  develop(developed: boolean): void;
}

const NOTHING: IPictureInfo = {
  ...{ kind: 'plain', pages: 1, bands: 1, dtype: 'uint8' },
  ...{ low: null, high: null }
};

export function usePicture(
  model: IWorkspaceModel,
  client: Pick<IClient, 'picture' | 'display' | 'chooseDisplay'>,
  sample: ISampleDetail | null
): IPicture {
  const dataset = useStore(model.store, state => state.dataset);
  const id = sample?.sample_id ?? null;
  const plain = sample === null || PLAIN.test(sample.filename);
  const [known, setKnown] = React.useState<{
    id: number;
    info: IPictureInfo;
  } | null>(null);
  const [display, setDisplay] = React.useState<IDisplay | null>(null);
  // What the server knows: images are asked for again when it does.
  const [kept, setKept] = React.useState<IDisplay | null>(null);
  const [before, setBefore] = React.useState<readonly (IDisplay | null)[]>([]);
  const [developed, setDeveloped] = React.useState(false);
  const [error, setError] = React.useState<IErrorBody | null>(null);

  React.useEffect(() => {
    setDeveloped(false);
    if (plain || id === null) {
      return;
    }
    const abort = new AbortController();
    Promise.all([
      client.picture(dataset, id, abort.signal),
      client.display(dataset, abort.signal)
    ]).then(
      ([info, chosen]) => {
        setKnown({ id, info });
        setDisplay(chosen);
        setKept(chosen);
      },
      reason => {
        if (!isAbort(reason)) {
          // The image itself says what is wrong with it.
          setKnown({ id, info: NOTHING });
        }
      }
    );
    return () => abort.abort();
  }, [client, dataset, id, plain]);

  const keep = (next: IDisplay | null): void => {
    setDisplay(next);
    setError(null);
    client.chooseDisplay(dataset, next).then(
      () => setKept(next),
      reason => {
        setDisplay(kept);
        setError(errorBody(reason));
      }
    );
  };
  return {
    info: plain ? NOTHING : known?.id === id ? known.info : null,
    display,
    canUndo: before.length > 0,
    developed,
    error,
    shown: JSON.stringify(kept) + (developed ? ' developed' : ''),
    choose: next => {
      setBefore([...before, display]);
      keep(next);
    },
    undo: () => {
      setBefore(before.slice(0, -1));
      keep(before[before.length - 1] ?? null);
    },
    develop: setDeveloped
  };
}
