import type { TranslationBundle } from '@jupyterlab/translation';
import { GROUND_TRUTH } from '../overlays/shapes';

/** A source as people call it. */
export function sourceName(source: string, trans: TranslationBundle): string {
  return source === GROUND_TRUTH ? trans.__('ground truth') : source;
}
