/** Loads deck.gl when the first map is opened. */
import type { IMapRenderer, IRendererOptions } from '../canvas/renderer';

/** Where deck.gl and luma.gl say which version of them there is; they refuse to be loaded beside another. */
const MARKS = ['deck', 'luma'] as const;

/**
 * Import with other copies' marks out of the way: another extension may have brought its own.
 *
 * @param load - the import.
 */
export async function unmarked<T>(load: () => Promise<T>): Promise<T> {
  const scope = globalThis as unknown as Record<string, unknown>;
  const kept = MARKS.map(mark => [mark, scope[mark]] as const);
  MARKS.forEach(mark => delete scope[mark]);
  try {
    return await load();
  } finally {
    for (const [mark, value] of kept) {
      if (value === undefined) {
        delete scope[mark];
      } else {
        scope[mark] = value;
      }
    }
  }
}

let loading: Promise<typeof import('./deckRenderer')> | null = null;

/** Make a renderer in an element. */
export async function createRenderer(
  options: IRendererOptions
): Promise<IMapRenderer> {
  // once for all maps: a second import meanwhile would find no marks to put back
  loading ??= unmarked(() => import('./deckRenderer'));
  try {
    const { DeckRenderer } = await loading;
    return new DeckRenderer(options);
  } catch (reason) {
    loading = null;
    throw reason;
  }
}
