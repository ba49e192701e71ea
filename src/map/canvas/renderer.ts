/** What the map panel asks of whoever draws; `deck/` does it with deck.gl, loaded when it is first needed. */
import type { IPlane } from '../points/gridIndex';
import type { IPoints } from '../points/points';

/** Where the camera is; the last two only with three dimensions, in degrees. */
export interface ICamera {
  readonly target: readonly [number, number, number];
  /** log2 of the pixels per unit. */
  readonly zoom: number;
  readonly rotationX?: number;
  readonly rotationOrbit?: number;
}

export interface IBounds {
  readonly low: readonly number[];
  readonly high: readonly number[];
}

export interface IRendererOptions {
  /** The element to draw in. */
  readonly host: HTMLElement;
  /** The camera moved. */
  readonly onCamera: (camera: ICamera) => void;
  /** The graphics context went and is made again; then false. */
  readonly onLost: (lost: boolean) => void;
  readonly onError: (error: Error) => void;
  readonly onDrawn: () => void;
}

/** Positions never change with filter or selection: those change `setStates` alone. */
export interface IMapRenderer {
  /** Show other points, and all of them unless a camera is given. */
  setPoints(points: IPoints, camera: ICamera | null): void;
  /** Red, green, blue, unused by id; the array may be used again for the next colours. */
  setColors(colors: Uint8Array): void;
  /** `State` by id; the array may be used again. */
  setStates(states: Uint8Array): void;
  /** Whether dragging moves the camera. */
  setDragging(on: boolean): void;
  /** Whether something is selected: then the rest steps back. */
  setEmphasis(on: boolean): void;
  /** The theme changed: read its colours again. */
  restyle(): void;
  readonly camera: ICamera | null;
  /** Show an area, all of the points when null. */
  fit(bounds: IBounds | null): void;
  zoomBy(steps: number): void;
  /** Move by a share of the panel's size. */
  panBy(x: number, y: number): void;
  /** Where a point lies in the panel, in CSS pixels. */
  project(position: readonly number[]): [number, number];
  /** The place below a pixel; two dimensions only. */
  unproject(x: number, y: number): [number, number];
  /** Every point in CSS pixels. */
  projectAll(): IPlane;
  /** Units per CSS pixel; two dimensions only. */
  readonly unit: number;
  /** Doublings nearer than where all points fit; negative: farther. */
  readonly nearer: number;
  /** Name of what draws, for benchmarks. */
  readonly name: string;
  dispose(): void;
}
