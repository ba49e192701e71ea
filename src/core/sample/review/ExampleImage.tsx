import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { useStore } from 'zustand';
import type { IPanelContext } from '../../client/context';
import type { ITile, IViewSpec } from '../../client/types';
import { formatConfidence, outcomeLabel } from '../../outcomes/outcomes';
import { OutcomeMark } from '../../outcomes/OutcomeMark';
import { OverlayCanvas } from '../../overlays/OverlayCanvas';
import { cropAround, placeImage, placeRect } from '../../components/placement';
import { skeletonsOf, tileShapes } from '../../overlays/shapes';
import { useSettings } from '../../components/useSettings';
import { useSize } from '../../components/useSize';
import { useAnswer } from '../../components/useAnswer';
import { mayHaveGeometry } from '../../grid/tileCache';
import { CommandIDs } from '../../tokens';
import type { IWorkspaceModel } from '../../workspace/types';
import { Button } from '../../components/Button';

interface IProps {
  readonly model: IWorkspaceModel;
  readonly context: IPanelContext;
  readonly view: IViewSpec;
  readonly id: number;
  /** The example after it, fetched meanwhile. */
  readonly next: number | null;
}

/** An image, or an object with its surroundings, large enough to judge. */
export function Picture(props: IProps): JSX.Element {
  const { model, context, view, id, next } = props;
  const { client, trans, commands } = context;
  const dataset = useStore(model.store, state => state.dataset);
  const geometry = useStore(model.store, mayHaveGeometry);
  const wanted = next === null ? [id] : [id, next];
  const { answer } = useAnswer(
    JSON.stringify([dataset, view, wanted]),
    async signal =>
      (await client.tiles(dataset, view, wanted, { geometry }, signal)).tiles
  );
  const tile = answer?.find(each => each.id === id);
  const after = answer?.find(each => each.id === next);
  React.useEffect(() => {
    if (after) {
      new Image().src = client.imageUrl(dataset, after.sample_id);
    }
  }, [client, dataset, after]);
  return (
    <figure className="vl-judge-figure">
      <Frame {...props} tile={tile} dataset={dataset} />
      <figcaption>
        {tile ? (
          <>
            <Facts
              tile={tile}
              isObject={view.level === 'annotations'}
              trans={trans}
            />
            <Button
              kind="link"
              onClick={() => {
                model.setFocus(tile.sample_id);
                void commands.execute(CommandIDs.openSample, {
                  dataset,
                  workspace: model.server.workspace,
                  activate: false
                });
              }}
            >
              {trans.__('Open')}
            </Button>
          </>
        ) : (
          trans.__('Loading…')
        )}
      </figcaption>
    </figure>
  );
}

function Frame(
  props: IProps & { tile: ITile | undefined; dataset: string }
): JSX.Element {
  const { model, context, view, tile, dataset } = props;
  const { client, settings: store } = context;
  const settings = useSettings(store);
  const detail = useStore(model.store, state => state.detail);
  const root = React.useRef<HTMLDivElement>(null);
  const size = useSize(root);
  const shapes = React.useMemo(
    () => (tile ? tileShapes(tile, true, skeletonsOf(detail)) : []),
    [tile, detail]
  );
  const isObject = view.level === 'annotations';
  const own = isObject ? shapes.find(({ id }) => id === tile?.id) : undefined;
  const shown = React.useMemo(
    () => (isObject && own ? [own] : shapes),
    [isObject, own, shapes]
  );
  const placement =
    !tile?.width || !tile.height || size.width === 0
      ? null
      : own && own.geometry.kind !== 'image'
        ? placeRect(cropAround(cropAround(own.rect)), size)
        : placeImage({ width: tile.width, height: tile.height }, size);
  return (
    <div ref={root} className="vl-judge-frame" aria-busy={!tile}>
      {tile && placement && (
        <img
          key={tile.sample_id}
          src={client.imageUrl(dataset, tile.sample_id)}
          alt={tile.filename}
          draggable={false}
          decoding="async"
          style={{
            transform: `translate(${placement.x}px, ${placement.y}px)`,
            width: tile.width! * placement.scale,
            height: tile.height! * placement.scale,
            backgroundColor: tile.color ?? undefined,
            backgroundImage:
              tile.thumbnail === null
                ? undefined
                : `url("${client.thumbnailUrl(dataset, tile.sample_id, tile.thumbnail)}")`
          }}
        />
      )}
      {placement && settings.overlays && shown.length > 0 && (
        <OverlayCanvas
          size={size}
          shapes={shown}
          placement={placement}
          labels="none"
          confidences={settings.confidences}
          fill={0}
          lineWidth={1.5}
        />
      )}
    </div>
  );
}

/** File, class, confidence and outcome of what is asked about. */
function Facts(props: {
  tile: ITile;
  isObject: boolean;
  trans: TranslationBundle;
}): JSX.Element {
  const { tile, isObject, trans } = props;
  const i = tile.annotation_ids.indexOf(tile.id);
  const outcome = isObject ? (tile.outcomes?.[i] ?? null) : null;
  const confidence = isObject ? tile.confidences[i] : null;
  return (
    <span>
      {tile.filename}
      {isObject && <> · {tile.classes[i] ?? '–'}</>}
      {typeof confidence === 'number' && <> {formatConfidence(confidence)}</>}
      {outcome && (
        <>
          {' · '}
          <OutcomeMark outcome={outcome} /> {outcomeLabel(outcome, trans)}
        </>
      )}
    </span>
  );
}
