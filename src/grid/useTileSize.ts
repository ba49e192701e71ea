import * as React from 'react';
import type { IVisionLensSettings } from '../client/context';
import { useSettings } from '../components/useSettings';

const KEEP_AFTER = 300;

/** The tile size: follows a drag at once, is kept with the settings when the drag rests. */
export function useTileSize(
  settings: IVisionLensSettings
): [number, (size: number) => void] {
  const { tileSize } = useSettings(settings);
  const [dragged, setDragged] = React.useState<number | null>(null);

  React.useEffect(() => {
    if (dragged === null) {
      return;
    }
    const timer = window.setTimeout(
      () => settings.set({ tileSize: dragged }),
      KEEP_AFTER
    );
    return () => window.clearTimeout(timer);
  }, [dragged, settings]);
  React.useEffect(() => setDragged(null), [tileSize]);

  return [dragged ?? tileSize, setDragged];
}
