import * as React from 'react';
import { useStore } from 'zustand';
import type { IPanelContext } from '../client/context';
import { formatCount, formatOrdinal } from '../components/format';
import { HeaderLine } from '../components/HeaderLine';
import { OverlayToggles } from '../overlays/OverlayToggles';
import { ToggleButton } from '../components/ToggleButton';
import type { IWorkspaceModel } from '../workspace/types';
import { PictureMenu } from './picture/PictureMenu';
import type { IPicture } from './picture/usePicture';
import { ACTUAL, FIT, type IZoom } from './zoom';
import { Button } from '../components/Button';

interface IProps {
  readonly model: IWorkspaceModel;
  readonly context: IPanelContext;
  readonly filename: string | undefined;
  readonly editing: boolean;
  readonly onEditing: (editing: boolean) => void;
  readonly picture: IPicture;
  readonly zoom: IZoom;
  readonly onZoom: (zoom: IZoom) => void;
  /** Enlarge around the middle of the image. */
  readonly onZoomBy: (factor: number) => void;
}

/** "3rd of 347 · street_0042.jpg": where the sample stands in the view. */
function Position({ model, context, filename }: IProps): JSX.Element {
  const { trans } = context;
  const ids = useStore(model.store, state => state.ids);
  const level = useStore(model.store, state => state.shown.level);
  const focus = useStore(model.store, state => state.focus);
  const index = React.useMemo(
    () => (focus === null || level !== 'samples' ? -1 : ids.indexOf(focus)),
    [ids, level, focus]
  );
  const place =
    index >= 0
      ? trans.__(
          '%1 of %2',
          formatOrdinal(index + 1, trans),
          formatCount(ids.length)
        )
      : level === 'samples' && focus !== null
        ? trans.__('not in the view')
        : null;
  return (
    <div className="vl-sample-position" title={filename}>
      {[place, filename].filter(Boolean).join(' · ')}
    </div>
  );
}

/** Header line, previous and next, zoom, overlays. */
export function SampleToolbar(props: IProps): JSX.Element {
  const { model, context, zoom, onZoom, onZoomBy } = props;
  const { trans, settings } = context;
  return (
    <div className="vl-toolbar" role="toolbar" aria-label={trans.__('Sample')}>
      <HeaderLine model={model} trans={trans} />
      <div className="vl-segments" role="group">
        <button
          type="button"
          className="vl-button vl-sample-prev"
          title={trans.__('Previous in the view (←)')}
          aria-label={trans.__('Previous')}
          onClick={() => model.moveFocus(-1)}
        >
          ‹
        </button>
        <button
          type="button"
          className="vl-button vl-sample-next"
          title={trans.__('Next in the view (→)')}
          aria-label={trans.__('Next')}
          onClick={() => model.moveFocus(1)}
        >
          ›
        </button>
      </div>
      <Position {...props} />
      <span className="vl-spacer" />
      <ToggleButton
        pressed={props.editing}
        title={trans.__('Move, add, delete and rename labels (E)')}
        onToggle={() => props.onEditing(!props.editing)}
      >
        {trans.__('Edit labels')}
      </ToggleButton>
      <PictureMenu picture={props.picture} trans={trans} />
      <OverlayToggles settings={settings} trans={trans} />
      <div className="vl-segments" role="group" aria-label={trans.__('Zoom')}>
        <Button
          title={trans.__('Zoom out (-)')}
          aria-label={trans.__('Zoom out')}
          onClick={() => onZoomBy(1 / 1.5)}
        >
          −
        </Button>
        <ToggleButton
          pressed={zoom.scale === 'fit'}
          title={trans.__('Whole image (0)')}
          onToggle={() => onZoom(FIT)}
        >
          {trans.__('Fit')}
        </ToggleButton>
        <ToggleButton
          pressed={zoom.scale === 1}
          title={trans.__('One image pixel per screen pixel (1)')}
          onToggle={() => onZoom(ACTUAL)}
        >
          1:1
        </ToggleButton>
        <Button
          title={trans.__('Zoom in (+)')}
          aria-label={trans.__('Zoom in')}
          onClick={() => onZoomBy(1.5)}
        >
          +
        </Button>
      </div>
    </div>
  );
}
