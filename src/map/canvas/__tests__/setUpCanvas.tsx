/** The map's canvas over a fake renderer, its points, and a pointer. */
import { act, fireEvent, render } from '@testing-library/react';
import * as React from 'react';
import type { IProjection } from '../../../embeddings/client';
import type { Level } from '../../../core/client/types';
import {
  fakeContext,
  fakeEmbeddings,
  fakeModel,
  tile
} from '../../../core/components/__tests__/fakes';
import { CommandIDs } from '../../../core/tokens';
import { buildGrid } from '../../points/gridIndex';
import type { IPlane } from '../../points/gridIndex';
import { MapCanvas } from '../MapCanvas';
import { MapModel } from '../../mapModel';
import type { Mode } from '../useDrawing';
import { type IMapView, useRenderer } from '../useRenderer';
import type { FakeRenderer } from './fakeRenderer';

/** Renderers in the order they were made; the mocks of `deck/load` fill it. */
export const made: FakeRenderer[] = [];

/** Sorts points, its answer coming a moment later. */
export class FakeWorker {
  onmessage: ((event: { data: unknown }) => void) | null = null;
  terminate = jest.fn();

  postMessage({ key, plane }: { key: number; plane: IPlane }): void {
    void Promise.resolve().then(() =>
      this.onmessage?.({ data: { key, grid: buildGrid(plane) } })
    );
  }
}

export function projection(change: Partial<IProjection> = {}): IProjection {
  return {
    projection: 'p1',
    space: 's',
    level: 'samples',
    method: 'umap',
    dimensions: 2,
    parameters: {},
    rows: 6,
    preview: false,
    warning: null,
    created_at: '1',
    ...change
  };
}

/** Pixels (100, 100), (200, 100), none, (100, 200), (200, 200), (150, 150); the third has no point. */
export const POSITIONS = [
  10,
  -10,
  20,
  -10,
  NaN,
  NaN,
  10,
  -20,
  20,
  -20,
  15,
  -15
];

/** Events of a pointer, which the DOM of tests does not know. */
class PointerEvent extends MouseEvent {
  constructor(type: string, options: PointerEventInit = {}) {
    super(type, options);
    this.pointerId = options.pointerId ?? 1;
    this.pointerType = options.pointerType ?? 'mouse';
  }

  readonly pointerId: number;
  readonly pointerType: string;
}

interface IOptions {
  readonly level?: Level;
  readonly projections?: readonly IProjection[];
  readonly positions?: (projection: string) => number[];
  readonly state?: Parameters<typeof fakeModel>[0];
  readonly tiles?: jest.Mock;
}

export async function settled(): Promise<void> {
  await act(async () => {
    for (let i = 0; i < 20; i++) {
      await Promise.resolve();
    }
  });
}

/** Let timers run, and what waits for them. */
export async function pass(milliseconds: number): Promise<void> {
  act(() => void jest.advanceTimersByTime(milliseconds));
  await settled();
}

export async function openCanvas(options: IOptions = {}) {
  window.PointerEvent = PointerEvent as never;
  const level = options.level ?? 'samples';
  const model = fakeModel({
    ids: Uint32Array.from([0, 1, 3, 4]),
    ...options.state
  });
  const tiles =
    options.tiles ??
    jest.fn(async (_d: string, _v: unknown, ids: number[]) => ({
      version: 1,
      tiles: ids.map(id => tile(id, { sample_id: 70 + id, crop: 'c' }))
    }));
  const context = fakeContext({
    tiles,
    view: jest.fn(async () => ({
      ids: Uint32Array.from([0, 1, 3, 4]),
      total: 6,
      version: 1
    })),
    embeddings: fakeEmbeddings({
      projections: async () => [
        ...(options.projections ?? [projection({ level })])
      ],
      points: async (_: string, name: string) =>
        Float32Array.from(options.positions?.(name) ?? POSITIONS),
      colors: () => new Promise<never>(() => undefined)
    })
  } as never);
  const opened: unknown[] = [];
  context.commands.addCommand(CommandIDs.openSample, {
    execute: args => opened.push(args)
  });
  const map = new MapModel(model, context.client);
  const seen: { view: IMapView | null } = { view: null };
  const modes: Mode[] = [];

  function Harness({ mode }: { mode: Mode }): JSX.Element {
    const host = React.useRef<HTMLDivElement>(null);
    const view = useRenderer(map, host);
    seen.view = view;
    return (
      <MapCanvas
        {...{ model, context, map, view, host, mode }}
        onMode={next => modes.push(next)}
      />
    );
  }

  const page = render(<Harness mode="pan" />);
  await settled();
  const host = page.container.querySelector<HTMLElement>('.vl-map-host')!;
  const at = (x: number, y: number) => ({ clientX: x, clientY: y, button: 0 });
  return {
    model,
    context,
    map,
    tiles,
    opened,
    modes,
    host,
    page,
    renderer: made[made.length - 1],
    view: () => seen.view!,
    setMode: (mode: Mode) => page.rerender(<Harness mode={mode} />),
    /** Press at the first place, move over the others, let go at the last. */
    drag(path: readonly [number, number][], keys: MouseEventInit = {}): void {
      fireEvent.pointerDown(host, at(...path[0]));
      path
        .slice(1)
        .forEach(each =>
          fireEvent.pointerMove(host, { ...at(...each), buttons: 1 })
        );
      const last = at(...path[path.length - 1]);
      fireEvent.pointerUp(host, { ...last, ...keys });
      fireEvent.click(host, { ...last, ...keys });
    },
    hover(x: number, y: number, more: PointerEventInit = {}): void {
      fireEvent.pointerMove(host, { ...at(x, y), buttons: 0, ...more });
    },
    at
  };
}

export type Canvas = Awaited<ReturnType<typeof openCanvas>>;
