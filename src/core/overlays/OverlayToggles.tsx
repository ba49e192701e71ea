import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IVisionLensSettings } from '../client/context';
import { Popover } from '../components/Popover';
import { ToggleButton } from '../components/ToggleButton';
import { useSettings } from '../components/useSettings';
import { Check } from '../forms/fields';

interface IProps {
  readonly settings: IVisionLensSettings;
  readonly trans: TranslationBundle;
}

/** How annotations are drawn: what is filled and what is written. */
function StyleMenu({ settings, trans }: IProps): JSX.Element {
  const [open, setOpen] = React.useState(false);
  const { opacity, outlineOnly, confidences, captions } = useSettings(settings);
  const percent = Math.round(opacity * 100);
  return (
    <Popover
      kind="dialog"
      label={trans.__('Style')}
      title={trans.__('How annotations are drawn')}
      open={open}
      onToggle={setOpen}
    >
      <div className="vl-overlay-style">
        <label className="vl-overlay-opacity">
          <span>{trans.__('Fill')}</span>
          <input
            type="range"
            min={0}
            max={100}
            step={5}
            value={percent}
            disabled={outlineOnly}
            aria-label={trans.__('Fill opacity')}
            onChange={event =>
              settings.set({ opacity: Number(event.target.value) / 100 })
            }
          />
          <output>{trans.__('%1%', percent)}</output>
        </label>
        <Check
          label={trans.__('Outlines only')}
          value={outlineOnly}
          onChange={on => settings.set({ outlineOnly: on })}
        />
        <Check
          label={trans.__('Confidence at class names')}
          value={confidences}
          onChange={on => settings.set({ confidences: on })}
        />
        <Check
          label={trans.__('File names below tiles')}
          value={captions}
          onChange={on => settings.set({ captions: on })}
        />
      </div>
    </Popover>
  );
}

/** What is drawn over images, and how; the same for all panels. */
export function OverlayToggles(
  props: IProps & {
    /** Whether each image has its one annotation drawn, which matches. */
    ownOnly?: boolean;
  }
): JSX.Element {
  const { settings, trans, ownOnly } = props;
  const { overlays, labels, onlyMatching } = useSettings(settings);
  return (
    <>
      <div
        className="vl-segments"
        role="group"
        aria-label={trans.__('Overlays')}
      >
        <ToggleButton
          pressed={overlays}
          title={trans.__('Draw annotations (o)')}
          onToggle={on => settings.set({ overlays: on })}
        >
          {trans.__('Overlays')}
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
        <ToggleButton
          pressed={onlyMatching}
          disabled={ownOnly}
          title={
            ownOnly
              ? trans.__('A crop shows its own annotation only')
              : trans.__('Draw only annotations that meet the conditions')
          }
          onToggle={on => settings.set({ onlyMatching: on })}
        >
          {trans.__('Matching')}
        </ToggleButton>
      </div>
      <StyleMenu settings={settings} trans={trans} />
    </>
  );
}
