/** Searching by what a text or an image file shows, from a panel. */
import * as React from 'react';
import type { IPanelContext } from '../core/client/context';
import { errorBody } from '../core/client/errors';
import type { IErrorBody } from '../core/client/types';
import { addDropZone } from '../core/components/dropZone';
import type { IWorkspaceModel } from '../core/workspace/types';

export interface IByMeaning {
  /** Whether there are embeddings; where none knows texts, trying says what to do. */
  readonly offered: boolean;
  /** Whether a query is being encoded. */
  readonly busy: boolean;
  readonly error: IErrorBody | null;
  /** Begin anew: ask which embeddings there are, forget the last failure. */
  look(): void;
  text(text: string): void;
  image(file: File): void;
}

export function useByMeaning(
  model: IWorkspaceModel,
  { client }: IPanelContext
): IByMeaning {
  const [offered, setOffered] = React.useState(false);
  const [busy, setBusy] = React.useState(false);
  const [error, setError] = React.useState<IErrorBody | null>(null);
  const run = async (
    work: (search: typeof import('./actions')) => Promise<void>
  ): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await work(await import('./actions'));
    } catch (reason) {
      setError(errorBody(reason));
    }
    setBusy(false);
  };
  const place = { model, client };
  return {
    offered,
    busy,
    error,
    look: () => {
      const { dataset } = model.store.getState();
      setError(null);
      client.embeddings.spaces(dataset).then(
        spaces => setOffered(spaces.length > 0),
        () => setOffered(false)
      );
    },
    text: text => void run(({ searchText }) => searchText(place, text)),
    image: file => void run(({ searchImage }) => searchImage(place, file))
  };
}

/** Make an element take an image to search by; it is not added to the dataset. */
export function useImageDrop(
  element: React.RefObject<HTMLElement>,
  { trans }: Pick<IPanelContext, 'trans'>,
  { image }: Pick<IByMeaning, 'image'>
): void {
  const onImage = React.useRef(image);
  onImage.current = image;
  React.useEffect(
    () =>
      element.current
        ? addDropZone(element.current, {
            text: trans.__('Search by this image'),
            onFiles: ([file]) => onImage.current(file)
          })
        : undefined,
    [element, trans]
  );
}
