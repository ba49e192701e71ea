import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IVisionLensSettings } from '../client/context';
import { ToggleButton } from './ToggleButton';
import { useSettings } from './useSettings';

/** What is drawn over images; the same for all panels. */
export function OverlayToggles(props: {
  settings: IVisionLensSettings;
  trans: TranslationBundle;
  /** Further toggles of a panel's own. */
  children?: React.ReactNode;
}): JSX.Element {
  const { settings, trans } = props;
  const { overlays, labels } = useSettings(settings);
  return (
    <div className="vl-segments" role="group" aria-label={trans.__('Overlays')}>
      <ToggleButton
        pressed={overlays}
        title={trans.__('Draw annotations')}
        onToggle={on => settings.set({ overlays: on })}
      >
        {trans.__('Boxes')}
      </ToggleButton>
      <ToggleButton
        pressed={overlays && labels}
        title={trans.__('Write class names at the annotations')}
        onToggle={on =>
          settings.set(on ? { labels: on, overlays: on } : { labels: on })
        }
      >
        {trans.__('Labels')}
      </ToggleButton>
      {props.children}
    </div>
  );
}
