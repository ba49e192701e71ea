import { contours } from 'd3-contour';
import * as React from 'react';
import { useStore } from 'zustand';
import {
  density,
  labelAnchors,
  type IDensity,
  levels
} from '../points/density';
import type { MapModel } from '../mapModel';
import type { IPoints } from '../points/points';
import type { IMapView } from './useRenderer';

/** Fewer points show their density by themselves. */
const DENSE = 1500;
/** Doublings nearer than where all fit, from which on neither contours nor labels help. */
const NEAR = 2;
/** How long the view must rest before they are made again, in milliseconds. */
const REST = 200;

interface IProps {
  readonly map: MapModel;
  readonly view: IMapView;
  readonly host: React.RefObject<HTMLElement>;
}

/** Seen from afar: contours of the density, and the names of values where they are at home. */
export function Overview(props: IProps): JSX.Element | null {
  const { map, view, host } = props;
  const points = useStore(map.store, state => state.points);
  const coloring = useStore(map.store, state => state.coloring);
  const made = useOverview(map, points);
  const { renderer } = view;
  const element = host.current;
  if (
    renderer === null ||
    renderer.camera === null ||
    element === null ||
    points?.dimensions !== 2 ||
    renderer.nearer > NEAR
  ) {
    return null;
  }
  const { clientWidth: width, clientHeight: height } = element;
  const [cx, cy] = renderer.camera.target;
  const scale = 1 / renderer.unit;
  const labels = apart(
    made.labelAnchors.map(({ code, x, y }) => ({
      code,
      text: String(coloring?.legend.values[code]?.value ?? ''),
      x: width / 2 + (x - cx) * scale,
      y: height / 2 - (y - cy) * scale
    }))
  );
  return (
    <svg className="vl-map-overview" aria-hidden="true">
      <g
        transform={`translate(${width / 2 - cx * scale} ${height / 2 + cy * scale}) scale(${scale} ${-scale})`}
      >
        {made.paths.map((path, i) => (
          <path key={i} d={path} />
        ))}
      </g>
      {labels.map(({ code, text, x, y }) => (
        <text key={code} x={x} y={y}>
          {text}
        </text>
      ))}
    </svg>
  );
}

/** A letter of a label is about so wide, and a line so high, in pixels. */
const LETTER = 7;
const LINE = 16;

/** Labels that do not lie upon an earlier one, which is that of a more frequent value. */
function apart<T extends { text: string; x: number; y: number }>(
  labels: readonly T[]
): T[] {
  const kept: T[] = [];
  for (const label of labels) {
    const isFree = kept.every(
      ({ text, x, y }) =>
        Math.abs(y - label.y) >= LINE ||
        Math.abs(x - label.x) >=
          (LETTER * (text.length + label.text.length)) / 2
    );
    if (isFree && label.text !== '') {
      kept.push(label);
    }
  }
  return kept;
}

interface IOverview {
  readonly paths: readonly string[];
  readonly labelAnchors: ReturnType<typeof labelAnchors>;
}

const NOTHING: IOverview = { paths: [], labelAnchors: [] };

/** Made again a moment after what is shown has changed. */
function useOverview(map: MapModel, points: IPoints | null): IOverview {
  const coloring = useStore(map.store, state => state.coloring);
  const revision = useStore(map.store, state => state.revision);
  const [made, setMade] = React.useState(NOTHING);
  React.useEffect(() => {
    const timer = window.setTimeout(() => {
      if (points?.dimensions !== 2) {
        setMade(NOTHING);
        return;
      }
      setMade({
        paths: points.count >= DENSE ? paths(density(points, map.states)) : [],
        labelAnchors:
          coloring?.legend.type === 'values'
            ? labelAnchors(points, map.states, coloring)
            : []
      });
    }, REST);
    return () => window.clearTimeout(timer);
  }, [map, points, coloring, revision]);
  return made;
}

/** Contours as SVG paths in the coordinates of the points. */
function paths(found: IDensity): string[] {
  const { columns, rows, values, cell, left, bottom } = found;
  const make = contours().size([columns, rows]).smooth(true);
  return levels(found).map(level =>
    make
      .contour(Array.from(values), level)
      .coordinates.flat()
      .map(
        ring =>
          `M${ring
            .map(([x, y]) => `${left + x * cell} ${bottom + y * cell}`)
            .join('L')}Z`
      )
      .join('')
  );
}
