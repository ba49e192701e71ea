/** Searching by what a text or an image file shows, from the search box. */
import * as React from 'react';
import type { IPanelContext } from '../client/context';
import { errorBody } from '../client/errors';
import type { IErrorBody } from '../client/types';
import type { IWorkspaceModel } from '../workspace/types';

export interface IByMeaning {
  /** Whether some embeddings can be searched by text. */
  readonly hasText: boolean;
  /** Whether a query is being encoded. */
  readonly busy: boolean;
  readonly error: IErrorBody | null;
  /** Ask again which embeddings there are. */
  look(): void;
  text(text: string): void;
  image(file: File): void;
}

export function useByMeaning(
  model: IWorkspaceModel,
  { client }: IPanelContext
): IByMeaning {
  const [hasText, setHasText] = React.useState(false);
  const [busy, setBusy] = React.useState(false);
  const [error, setError] = React.useState<IErrorBody | null>(null);
  const run = async (
    work: (search: typeof import('../search/actions')) => Promise<void>
  ): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await work(await import('../search/actions'));
    } catch (reason) {
      setError(errorBody(reason));
    }
    setBusy(false);
  };
  const place = { model, client };
  return {
    hasText,
    busy,
    error,
    look: () => {
      const { dataset } = model.store.getState();
      client.embeddings.spaces(dataset).then(
        spaces => setHasText(spaces.some(space => space.has_text)),
        () => setHasText(false)
      );
    },
    text: text => void run(({ searchText }) => searchText(place, text)),
    image: file => void run(({ searchImage }) => searchImage(place, file))
  };
}
