/** Searching by what a text or an image file shows, from a panel. */
import * as React from 'react';
import type { IPanelContext } from '../client/context';
import type { IErrorBody, ISearch } from '../client/types';
import { useAction } from '../components/useAction';
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
  const { busy, error, run, forget } = useAction();
  const search = (
    find: (dataset: string, current: ISearch | null) => Promise<ISearch>
  ): void => {
    const { dataset, view } = model.store.getState();
    void run(async () =>
      model.setSearch(await find(dataset, view.search ?? null))
    );
  };
  const { searches } = client;
  return {
    offered,
    busy,
    error,
    look: () => {
      const { dataset } = model.store.getState();
      forget();
      searches.offered(dataset).then(setOffered, () => setOffered(false));
    },
    text: text =>
      search((dataset, current) => searches.byText(dataset, text, current)),
    image: file =>
      search((dataset, current) => searches.byImage(dataset, file, current))
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
