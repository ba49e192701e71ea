import { useSyncExternalStore } from 'react';
import type { ISettings, IVisionLensSettings } from '../client/context';

/** The user's settings; renders again when they change. */
export function useSettings(settings: IVisionLensSettings): ISettings {
  return useSyncExternalStore(settings.subscribe, settings.get);
}
