/** Searching by what a text or an image file shows, from a panel. */
import * as React from 'react';
import type { IPanelContext } from '../client/context';
import { errorBody } from '../client/errors';
import type { IErrorBody, ISearch } from '../client/types';
import { addDropZone } from '../files/dropZone';
import type { IWorkspaceModel } from '../workspace/types';

export interface ISemanticSearch {
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

export function useSemanticSearch(
  model: IWorkspaceModel,
  { client }: IPanelContext
): ISemanticSearch {
  const [offered, setOffered] = React.useState(false);
  const [busy, setBusy] = React.useState(false);
  const [error, setError] = React.useState<IErrorBody | null>(null);
  const run = async (
    find: (dataset: string, current: ISearch | null) => Promise<ISearch>
  ): Promise<void> => {
    const { dataset, view } = model.store.getState();
    setBusy(true);
    setError(null);
    try {
      model.setSearch(await find(dataset, view.search ?? null));
    } catch (reason) {
      setError(errorBody(reason));
    }
    setBusy(false);
  };
  const { searches } = client;
  return {
    offered,
    busy,
    error,
    look: () => {
      const { dataset } = model.store.getState();
      setError(null);
      searches.offered(dataset).then(setOffered, () => setOffered(false));
    },
    text: text =>
      void run((dataset, current) => searches.byText(dataset, text, current)),
    image: file =>
      void run((dataset, current) => searches.byImage(dataset, file, current))
  };
}

/** Make an element take an image to search by; it is not added to the dataset. */
export function useImageDrop(
  element: React.RefObject<HTMLElement>,
  { trans }: Pick<IPanelContext, 'trans'>,
  { image }: Pick<ISemanticSearch, 'image'>
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
