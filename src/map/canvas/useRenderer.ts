/** The renderer of a map in an element of the panel, fed from the map's model. */
import * as React from 'react';
import { createRenderer } from '../deck/load';
import type { IGrid, IPlane } from '../points/gridIndex';
import { MIN_STATE, type MapModel } from '../mapModel';
import { PointIndex } from '../points/pointer';
import { boundsOf, State } from '../points/points';
import type { ICamera, IMapRenderer } from './renderer';

/** How long the camera must rest before points of three dimensions are sorted again, in milliseconds. */
const REST = 150;

export interface IMapView {
  readonly renderer: IMapRenderer | null;
  /** The graphics context is being made again. */
  readonly lost: boolean;
  readonly error: Error | null;
  /** Counts the camera's moves. */
  readonly moves: number;
  /** The point under a pixel of the host; null: none. */
  pick(x: number, y: number, radius: number): number | null;
  /** What a polygon of pixels, flat x and y, is held against; with the plane's grid, if there is one. */
  plane(pixels: readonly number[]): {
    plane: IPlane;
    polygon: number[];
    grid: IGrid | null;
  };
  /** Show what is selected, everything when nothing is. */
  fitSelection(): void;
  reset(): void;
}

/** Draw `map` in `host` as long as the component lives. */
export function useRenderer(
  map: MapModel,
  host: React.RefObject<HTMLElement>
): IMapView {
  const [renderer, setRenderer] = React.useState<IMapRenderer | null>(null);
  const [lost, setLost] = React.useState(false);
  const [error, setError] = React.useState<Error | null>(null);
  const [moves, setMoves] = React.useState(0);
  const index = React.useMemo(() => new PointIndex(), []);

  React.useEffect(() => {
    const element = host.current;
    if (element === null) {
      return;
    }
    let made: IMapRenderer | null = null;
    let gone = false;
    let drawn = 0;
    createRenderer({
      host: element,
      onCamera: () => setMoves(n => n + 1),
      onLost: setLost,
      onError: setError,
      onDrawn: () => {
        drawn += 1;
        element.dataset.frames = `${drawn}`;
        element.dataset.renderer = made?.name;
      }
    }).then(
      created => {
        made = created;
        if (gone) {
          created.dispose();
        } else {
          setRenderer(created);
        }
      },
      reason => setError(reason as Error)
    );
    return () => {
      gone = true;
      made?.dispose();
    };
  }, [host]);
  React.useEffect(() => () => index.dispose(), [index]);

  useFeed(map, renderer, index);
  useTheme(renderer);
  useTurned(map, renderer, index, moves);

  return {
    renderer,
    lost,
    error,
    moves,
    pick: (x, y, radius) => {
      const { points } = map.store.getState();
      if (renderer === null || points === null) {
        return null;
      }
      return points.dimensions === 2
        ? index.find(
            renderer.unproject(x, y),
            radius * renderer.unit,
            map.states,
            MIN_STATE
          )
        : index.find([x, y], radius, map.states, MIN_STATE);
    },
    plane: pixels => {
      const { points } = map.store.getState();
      if (renderer === null || points === null) {
        return {
          plane: { values: new Float32Array(), stride: 2 },
          polygon: [],
          grid: null
        };
      }
      if (points.dimensions === 3) {
        const plane = renderer.projectAll();
        return { plane, polygon: [...pixels], grid: null };
      }
      const polygon: number[] = [];
      for (let i = 0; i + 1 < pixels.length; i += 2) {
        polygon.push(...renderer.unproject(pixels[i], pixels[i + 1]));
      }
      const plane = { values: points.positions, stride: 2 };
      return { plane, polygon, grid: index.grid };
    },
    fitSelection: () => {
      const { points } = map.store.getState();
      if (renderer && points) {
        const bounds =
          boundsOf(points, map.states, State.selected) ??
          boundsOf(points, map.states, State.shown);
        renderer.fit(bounds);
      }
    },
    reset: () => renderer?.fit(null)
  };
}

/** Cameras of projections seen before, by projection: they outlive the panel. */
const cameras = new Map<string, ICamera>();

/** Hand over points, colours and states as they change. */
function useFeed(
  map: MapModel,
  renderer: IMapRenderer | null,
  index: PointIndex
): void {
  React.useEffect(() => {
    if (renderer === null) {
      return;
    }
    let last = { ...map.store.getState(), points: null as unknown };
    let drawn: string | null = null;
    const keep = (): void => {
      if (drawn !== null && renderer.camera) {
        cameras.set(drawn, renderer.camera);
      }
    };
    const feed = (): void => {
      const state = map.store.getState();
      const { points, projection } = state;
      if (points === null || projection === null) {
        return;
      }
      const isNew = points !== last.points;
      if (isNew) {
        keep();
        drawn = projection.projection;
        renderer.setPoints(points, cameras.get(drawn) ?? null);
        index.use(
          points.dimensions === 2
            ? { values: points.positions, stride: 2 }
            : renderer.projectAll()
        );
      }
      if (isNew || state.coloring !== last.coloring) {
        renderer.setColors(map.colors);
      }
      if (isNew || state.revision !== last.revision) {
        renderer.setEmphasis(map.states.includes(State.selected));
        renderer.setStates(map.states);
      }
      last = state;
    };
    feed();
    const unsubscribe = map.store.subscribe(feed);
    return () => {
      keep();
      unsubscribe();
    };
  }, [map, renderer, index]);
}

/** The ring of selected points is a colour of the theme. */
function useTheme(renderer: IMapRenderer | null): void {
  React.useEffect(() => {
    if (renderer) {
      const observer = new MutationObserver(() => renderer.restyle());
      observer.observe(document.body, {
        attributeFilter: ['data-jp-theme-name']
      });
      return () => observer.disconnect();
    }
  }, [renderer]);
}

/** Points of three dimensions lie elsewhere on the screen when the camera has moved. */
function useTurned(
  map: MapModel,
  renderer: IMapRenderer | null,
  index: PointIndex,
  moves: number
): void {
  React.useEffect(() => {
    const { points } = map.store.getState();
    if (renderer && points?.dimensions === 3) {
      index.use(null);
      const timer = window.setTimeout(
        () => index.use(renderer.projectAll()),
        REST
      );
      return () => window.clearTimeout(timer);
    }
  }, [map, renderer, index, moves]);
}
