import * as React from 'react';
import { useStore } from 'zustand';
import type { IPanelContext, IClient } from '../client/context';
import type { IFieldInfo, ISampleDetail, IErrorBody } from '../client/types';
import { isJudged } from '../outcomes/annotationTerms';
import { ErrorBox } from '../components/ErrorBox';
import { annotationShape, skeletonsOf } from '../overlays/shapes';
import { useSettings } from '../components/useSettings';
import type { IWorkspaceModel } from '../workspace/types';
import { AnnotationList } from './AnnotationList';
import { EditBar } from './editing/EditBar';
import {
  useEditor,
  type IEditor,
  isMovable,
  rectOf
} from './editing/useEditor';
import { Legend } from './Legend';
import { Metadata } from './Metadata';
import { usePicture, type IPicture } from './picture/usePicture';
import { SampleTags } from './SampleTags';
import { SampleToolbar } from './SampleToolbar';
import { Viewer, type IViewerHandle } from './Viewer';
import { useVisibility } from './visibility';
import { ACTUAL, FIT, type IZoom } from './zoom';
import { errorBody, isAbort } from '../client/errors';
import type { ISize } from '../components/placement';
import { nudged } from './editing/boxes';

interface IProps {
  readonly model: IWorkspaceModel;
  readonly context: IPanelContext;
}

const ZOOM_STEP = 1.5;
const NO_FIELDS: readonly IFieldInfo[] = [];

interface IContentProps extends IProps {
  readonly sample: ISampleDetail;
  readonly viewer: React.RefObject<IViewerHandle>;
  readonly zoom: IZoom;
  readonly onZoom: React.Dispatch<React.SetStateAction<IZoom>>;
  readonly editor: IEditor;
  readonly picture: IPicture;
  readonly onChanged: () => void;
}

/** The image with its annotations, and all that is known about it. */
function Content(props: IContentProps): JSX.Element {
  const { model, context, sample, editor } = props;
  const { client, trans } = context;
  const settings = useSettings(context.settings);
  const dataset = useStore(model.store, state => state.dataset);
  const detail = useStore(model.store, state => state.detail);
  const view = useStore(model.store, state => state.shown);
  const fields = detail?.fields ?? NO_FIELDS;
  const skeletons = React.useMemo(() => skeletonsOf(detail), [detail]);
  const judged = isJudged(view, fields);
  const filtered = judged && settings.onlyMatching;
  const [highlight, setHighlight] = React.useState<number | null>(null);
  const visibility = useVisibility();
  const { isHidden } = visibility;
  const judgedByOutcome = sample.annotations.some(({ outcome }) => outcome);
  const shown = React.useMemo(
    () =>
      sample.annotations.filter(
        annotation =>
          !isHidden('class', annotation.class) &&
          !isHidden('source', annotation.source) &&
          !(judgedByOutcome && isHidden('outcome', annotation.outcome)) &&
          (annotation.matching || !filtered)
      ),
    [sample, isHidden, filtered, judgedByOutcome]
  );
  const { draft } = editor;
  const shapes = React.useMemo(
    () =>
      shown.flatMap(annotation => {
        const shape = annotationShape(annotation, judged, sample, skeletons);
        const isDraft = shape !== null && draft?.id === shape.id;
        return shape === null
          ? []
          : [
              isDraft && shape.geometry.kind === 'box'
                ? { ...shape, rect: draft.rect }
                : shape
            ];
      }),
    [shown, judged, sample, skeletons, draft]
  );
  const classes = React.useMemo(
    () => (detail?.class_list ?? []).map(({ name }) => name),
    [detail]
  );
  React.useEffect(() => setHighlight(null), [sample.sample_id]);

  return (
    <div className="vl-sample-content">
      <Viewer
        ref={props.viewer}
        sample={sample}
        dataset={dataset}
        client={client}
        commands={context.commands}
        picture={props.picture}
        shapes={shapes}
        settings={settings}
        highlight={editor.chosen?.annotation_id ?? highlight}
        onHighlight={setHighlight}
        editor={editor}
        zoom={props.zoom}
        onZoom={props.onZoom}
        trans={trans}
      />
      <aside className="vl-sample-side">
        {editor.active && (
          <EditBar editor={editor} classes={classes} trans={trans} />
        )}
        <Legend
          annotations={sample.annotations}
          visibility={visibility}
          trans={trans}
        />
        <h3>{trans.__('Tags')}</h3>
        <SampleTags
          model={model}
          context={context}
          sample={sample}
          onChanged={props.onChanged}
        />
        <h3>{trans.__('Fields')}</h3>
        <Metadata sample={sample} fields={fields} trans={trans} />
        <h3>{trans.__('Annotations')}</h3>
        {shown.length > 0 ? (
          <AnnotationList
            annotations={shown}
            highlight={highlight}
            onHighlight={setHighlight}
            chosen={editor.chosen?.annotation_id}
            onChoose={editor.active ? editor.choose : undefined}
            trans={trans}
          />
        ) : (
          <p className="vl-quiet">
            {sample.annotations.length > 0
              ? trans.__('All are hidden, in the legend or by the conditions.')
              : trans.__('None.')}
          </p>
        )}
      </aside>
    </div>
  );
}

/** The sample in focus of one workspace. */
export function SamplePanel({ model, context }: IProps): JSX.Element {
  const { trans } = context;
  const focus = useStore(model.store, state => state.focus);
  const { sample, loading, error, reload } = useSample(model, context.client);
  const [zoom, setZoom] = React.useState<IZoom>(FIT);
  const viewer = React.useRef<IViewerHandle>(null);
  const editor = useEditor(model, context.client, sample, reload);
  const picture = usePicture(model, context.client, sample);

  const select = (): void => {
    if (focus !== null && model.store.getState().shown.level === 'samples') {
      model.toggle(focus);
    }
  };
  const keys: Record<string, () => void> = {
    ArrowLeft: () => model.moveFocus(-1),
    ArrowRight: () => model.moveFocus(1),
    ' ': () => select(),
    Escape: () => model.clearSelection(),
    '+': () => viewer.current?.zoomBy(ZOOM_STEP),
    '=': () => viewer.current?.zoomBy(ZOOM_STEP),
    '-': () => viewer.current?.zoomBy(1 / ZOOM_STEP),
    '0': () => setZoom(FIT),
    '1': () => setZoom(ACTUAL),
    e: () => editor.setActive(!editor.active)
  };
  const image =
    sample?.width && sample.height
      ? { width: sample.width, height: sample.height }
      : null;
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const free = !(event.ctrlKey || event.metaKey || event.altKey);
    const key = editingKey(editor, event, image) ?? keys[event.key];
    const typing =
      event.target instanceof HTMLInputElement ||
      (event.key === ' ' && event.target instanceof HTMLButtonElement);
    if (free && key && !typing) {
      event.preventDefault();
      key();
    }
  };

  return (
    <div
      className={`vl-sample-body${editor.active ? ' vl-mod-editing' : ''}`}
      tabIndex={-1}
      aria-busy={loading}
      onKeyDown={onKeyDown}
    >
      <SampleToolbar
        model={model}
        context={context}
        filename={sample?.filename}
        editing={editor.active}
        onEditing={editor.setActive}
        picture={picture}
        zoom={zoom}
        onZoom={setZoom}
        onZoomBy={factor => viewer.current?.zoomBy(factor)}
      />
      {error && <ErrorBox error={error} trans={trans} onRetry={reload} />}
      {sample ? (
        <Content
          model={model}
          context={context}
          sample={sample}
          viewer={viewer}
          editor={editor}
          picture={picture}
          zoom={zoom}
          onZoom={setZoom}
          onChanged={reload}
        />
      ) : (
        !error && (
          <p className="vl-empty vl-quiet">
            {focus === null
              ? trans.__('Double-click a tile in the grid to see it here.')
              : trans.__('Loading…')}
          </p>
        )
      )}
    </div>
  );
}

interface ISampleState {
  /** The last sample that arrived; stays until the next is here. */
  readonly sample: ISampleDetail | null;
  readonly loading: boolean;
  readonly error: IErrorBody | null;
  readonly reload: () => void;
}

/** The sample in focus, as the view sees it; late replies are dropped. */
export function useSample(
  model: IWorkspaceModel,
  client: Pick<IClient, 'sample'>
): ISampleState {
  const focus = useStore(model.store, state => state.focus);
  const dataset = useStore(model.store, state => state.dataset);
  const datasetVersion = useStore(model.store, state => state.datasetVersion);
  const view = useStore(model.store, state => state.shown);
  const [sample, setSample] = React.useState<ISampleDetail | null>(null);
  const [loading, setLoading] = React.useState(false);
  const [error, setError] = React.useState<IErrorBody | null>(null);
  const [attempt, setAttempt] = React.useState(0);

  React.useEffect(() => {
    if (focus === null) {
      setSample(null);
      return;
    }
    const abort = new AbortController();
    setLoading(true);
    client
      .sample(dataset, focus, view, abort.signal)
      .then(detail => {
        if (!abort.signal.aborted) {
          setSample(detail);
          setError(null);
          setLoading(false);
        }
      })
      .catch(reason => {
        if (!abort.signal.aborted && !isAbort(reason)) {
          setError(errorBody(reason));
          setLoading(false);
        }
      });
    return () => abort.abort();
  }, [client, dataset, datasetVersion, focus, view, attempt]);

  const reload = React.useCallback(() => setAttempt(n => n + 1), []);
  return { sample, loading, error, reload };
}

/** What a key does to the labels; undefined: it means what it always means. */
export function editingKey(
  editor: IEditor,
  event: Pick<KeyboardEvent, 'key' | 'shiftKey'>,
  image: ISize | null
): (() => void) | undefined {
  const { chosen, draft } = editor;
  if (!editor.active) {
    return undefined;
  }
  switch (event.key) {
    case 'n':
      return () => editor.setDrawing(true);
    case 'Escape':
      if (editor.drawing) {
        return () => editor.setDrawing(false);
      }
      return chosen ? () => editor.choose(null) : () => editor.setActive(false);
    case 'Delete':
    case 'Backspace':
      return chosen ? () => editor.remove() : undefined;
  }
  if (chosen === null || image === null || !isMovable(chosen)) {
    return undefined;
  }
  const from = draft?.rect ?? rectOf(chosen);
  const rect = nudged(from, event.key, event.shiftKey, image);
  return rect ? () => editor.placeSoon(rect) : undefined;
}
