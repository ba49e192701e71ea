/** The labels of a sample being edited: which one is chosen, and what is sent to the server. */
import * as React from 'react';
import { useStore } from 'zustand';
import type { IClient } from '../../client/context';
import { errorBody } from '../../client/errors';
import type {
  IEditDone,
  IEditRequest,
  IAnnotation,
  IErrorBody,
  ISampleDetail
} from '../../client/types';
import type { IRect } from '../../components/placement';
import { GROUND_TRUTH } from '../../overlays/shapes';
import type { IWorkspaceModel } from '../../workspace/types';
import { sameBox } from './boxes';

/** So long after the last key a box that was moved by keys is sent. */
const SETTLED_MS = 500;

export interface IEditor {
  readonly active: boolean;
  /** Whether the next drag draws a new box. */
  readonly drawing: boolean;
  /** The annotation that is chosen, if it is still there. */
  readonly chosen: IAnnotation | null;
  /** A box that is not on the server yet; `id` null: of a new label. */
  readonly draft: { readonly id: number | null; readonly rect: IRect } | null;
  /** The class that new boxes get. */
  readonly className: string;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  readonly busy: boolean;
  readonly error: IErrorBody | null;
  setActive(active: boolean): void;
  setDrawing(drawing: boolean): void;
  choose(annotation: number | null): void;
  /** Show a box before it is sent. */
  preview(rect: IRect): void;
  /** Send the box of the chosen annotation. */
  place(rect: IRect): void;
  /** The same, once no further key comes. */
  placeSoon(rect: IRect): void;
  add(rect: IRect): void;
  relabel(name: string): void;
  remove(): void;
  undo(): void;
  redo(): void;
}

/** Whether an annotation has a box that can be moved. */
export function isMovable({ kind, x, y, w, h }: IAnnotation): boolean {
  return (
    kind !== 'mask' &&
    kind !== 'classification' &&
    [x, y, w, h].every(Number.isFinite)
  );
}

export function rectOf({ x, y, w, h }: IAnnotation): IRect {
  return { x: x ?? 0, y: y ?? 0, w: w ?? 0, h: h ?? 0 };
}

/** As the server takes it. */
function boxOf({ x, y, w, h }: IRect): [number, number, number, number] {
  return [x, y, w, h];
}

export function useEditor(
  model: IWorkspaceModel,
  client: Pick<IClient, 'labels'>,
  sample: ISampleDetail | null,
  reload: () => void
): IEditor {
  const dataset = useStore(model.store, state => state.dataset);
  const [active, setActive] = React.useState(false);
  const [drawing, setDrawing] = React.useState(false);
  const [id, setId] = React.useState<number | null>(null);
  const [draft, setDraft] = React.useState<IEditor['draft']>(null);
  const [className, setClassName] = React.useState('');
  const [can, setCan] = useUndoable(model, client, active);
  const [busy, setBusy] = React.useState(false);
  const [error, setError] = React.useState<IErrorBody | null>(null);
  const timer = React.useRef<ReturnType<typeof setTimeout>>();

  const sampleId = sample?.sample_id ?? null;
  React.useEffect(() => {
    setId(null);
    setError(null);
  }, [sampleId]);
  // What the server says of a sample takes the place of what was drawn.
  React.useEffect(() => setDraft(null), [sample]);
  React.useEffect(() => () => clearTimeout(timer.current), []);
  const chosen =
    sample?.annotations.find(({ annotation_id }) => annotation_id === id) ??
    null;

  const run = (work: Promise<IEditDone>): void => {
    setBusy(true);
    setError(null);
    work
      .then(async done => {
        setCan({ undo: done.can_undo, redo: done.can_redo });
        if (done.added.length === 1) {
          setId(done.added[0]);
        }
        reload();
        await model.refresh();
      })
      .catch(reason => {
        setDraft(null);
        setError(errorBody(reason));
      })
      .finally(() => setBusy(false));
  };
  const edit = (request: IEditRequest): void =>
    run(client.labels.edit(dataset, request));
  const one = (change: Record<string, unknown>): void => {
    if (chosen !== null && chosen.source === GROUND_TRUTH) {
      edit({ edits: [{ annotation_id: chosen.annotation_id, ...change }] });
    }
  };
  const place = (rect: IRect): void => {
    clearTimeout(timer.current);
    if (chosen !== null && isMovable(chosen)) {
      if (sameBox(rect, rectOf(chosen))) {
        setDraft(null);
      } else {
        setDraft({ id: chosen.annotation_id, rect });
        one({ box: boxOf(rect) });
      }
    }
  };
  return {
    active,
    drawing: active && drawing,
    chosen: active ? chosen : null,
    draft: active ? draft : null,
    className,
    canUndo: can.undo,
    canRedo: can.redo,
    busy,
    error,
    setActive: next => {
      setActive(next);
      setDrawing(false);
      setId(null);
      setDraft(null);
      setError(null);
    },
    setDrawing: next => {
      setDrawing(next);
      if (next) {
        setId(null);
      }
    },
    choose: annotation => {
      setDrawing(false);
      setDraft(null);
      setId(annotation);
    },
    preview: rect => setDraft({ id: chosen?.annotation_id ?? null, rect }),
    place,
    placeSoon: rect => {
      setDraft({ id: chosen?.annotation_id ?? null, rect });
      clearTimeout(timer.current);
      timer.current = setTimeout(() => place(rect), SETTLED_MS);
    },
    add: rect => {
      setDrawing(false);
      setDraft({ id: null, rect });
      const label = className === '' ? {} : { class_name: className };
      edit({ edits: [{ sample_id: sampleId, box: boxOf(rect), ...label }] });
    },
    relabel: name => {
      setClassName(name);
      if (chosen !== null && chosen.class !== name) {
        one({ class_name: name });
      }
    },
    remove: () => {
      one({ delete: true });
      setId(null);
    },
    undo: () => run(client.labels.undo(dataset)),
    redo: () => run(client.labels.redo(dataset))
  };
}

interface IUndoable {
  readonly undo: boolean;
  readonly redo: boolean;
}

/** Whether there are changes to take back or make again; read anew with the dataset. */
function useUndoable(
  model: IWorkspaceModel,
  client: Pick<IClient, 'labels'>,
  active: boolean
): [IUndoable, (can: IUndoable) => void] {
  const dataset = useStore(model.store, state => state.dataset);
  const version = useStore(model.store, state => state.datasetVersion);
  const [can, setCan] = React.useState({ undo: false, redo: false });
  React.useEffect(() => {
    if (!active) {
      return;
    }
    let over = false;
    client.labels.history(dataset).then(
      entries => {
        if (!over) {
          setCan({
            undo: entries.some(({ undone }) => !undone),
            redo: entries[0]?.undone ?? false
          });
        }
      },
      () => undefined // undoing says why it cannot
    );
    return () => {
      over = true;
    };
  }, [active, client, dataset, version]);
  return [can, setCan];
}
