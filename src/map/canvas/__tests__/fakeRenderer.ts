/** A renderer whose camera tests move; ten pixels per unit at zoom 0, y upwards from the top left corner. */
import type { IPoints } from '../../points/points';
import type { ICamera, IMapRenderer, IRendererOptions } from '../renderer';

export const SCALE = 10;

export class FakeRenderer implements IMapRenderer {
  constructor(readonly options: IRendererOptions) {}

  camera: ICamera | null = null;
  unit = 1 / SCALE;
  nearer = 0;
  name = 'fake';
  points: IPoints | null = null;
  setPoints = jest.fn((points: IPoints, camera: ICamera | null) => {
    this.points = points;
    this.move(camera ?? { target: [0, 0, 0], zoom: 0 });
  });
  setColors = jest.fn();
  setStates = jest.fn();
  setDragging = jest.fn();
  setEmphasis = jest.fn();
  restyle = jest.fn();
  fit = jest.fn();
  zoomBy = jest.fn();
  panBy = jest.fn();
  dispose = jest.fn();

  move(camera: ICamera): void {
    this.camera = camera;
    this.options.onCamera(camera);
  }

  project = ([x, y]: readonly number[]): [number, number] => [
    SCALE * x,
    -SCALE * y
  ];
  unproject = (x: number, y: number): [number, number] => [
    x / SCALE,
    -y / SCALE
  ];
  projectAll = jest.fn(() => {
    const { positions, dimensions, size } = this.points!;
    const values = new Float32Array(2 * size);
    for (let id = 0; id < size; id++) {
      const [x, y] = positions.subarray(id * dimensions);
      values.set(this.project([x, y]), 2 * id);
    }
    return { values, stride: 2 };
  });
}
