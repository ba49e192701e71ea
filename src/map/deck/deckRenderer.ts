/** The map drawn with deck.gl: one point layer, a flat or an orbiting camera, a context that may be lost. */
import {
  Deck,
  OrbitView,
  OrthographicView,
  type Viewport
} from '@deck.gl/core';
import type { Device } from '@luma.gl/core';
import type { IPlane } from '../points/gridIndex';
import type { IPoints } from '../points/points';
import type {
  IBounds,
  ICamera,
  IMapRenderer,
  IRendererOptions
} from '../canvas/renderer';
import { fitCamera, zoomed } from './camera';
import { PointLayer } from './pointLayer';
import { cssColor, pixelRatio, pointStyle, type Rgb } from './style';

export class DeckRenderer implements IMapRenderer {
  constructor(private readonly _options: IRendererOptions) {
    this._observer = new ResizeObserver(() => this._resized());
    this._observer.observe(_options.host);
    this._start();
  }

  get camera(): ICamera | null {
    return this._camera;
  }

  get unit(): number {
    return 2 ** -(this._camera?.zoom ?? 0);
  }

  get nearer(): number {
    return (this._camera?.zoom ?? 0) - (this._fitted ?? 0);
  }

  get name(): string {
    return this._name;
  }

  setPoints(points: IPoints, camera: ICamera | null): void {
    const turned = points.dimensions !== this._points?.dimensions;
    this._points = points;
    // the arrays of other points do not fit these
    this._colors = this._states = null;
    this._camera = camera;
    this._isWhole = false;
    this._fitted = camera === null ? null : this._fitZoom();
    if (turned) {
      this._deck?.setProps({ views: this._views() });
    }
    if (camera === null) {
      this.fit(null);
    } else {
      this._apply();
      this._options.onCamera(camera);
    }
  }

  setColors(values: Uint8Array): void {
    this._colors = { values };
    this._draw();
  }

  setStates(values: Uint8Array): void {
    this._states = { values };
    this._draw();
  }

  setDragging(on: boolean): void {
    if (on !== this._dragging) {
      this._dragging = on;
      this._deck?.setProps({ views: this._views() });
    }
  }

  setEmphasis(on: boolean): void {
    if (on !== this._emphasis) {
      this._emphasis = on;
      this._draw();
    }
  }

  restyle(): void {
    this._ring = null;
    this._draw();
  }

  fit(bounds: IBounds | null): void {
    const points = this._points;
    const size = this._size();
    if (points === null || size.width === 0) {
      return;
    }
    const whole = fitCamera(points, points.dimensions, size);
    this._fitted = whole.zoom;
    this._isWhole = bounds === null;
    const camera = bounds
      ? fitCamera(bounds, points.dimensions, size, whole.zoom + 8)
      : whole;
    // a turned cloud stays turned
    const turn =
      bounds && this._camera
        ? {
            rotationX: this._camera.rotationX,
            rotationOrbit: this._camera.rotationOrbit
          }
        : {};
    this._look({ ...camera, ...turn });
  }

  zoomBy(steps: number): void {
    if (this._camera) {
      this._isWhole = false;
      this._look(zoomed(this._camera, steps));
    }
  }

  panBy(x: number, y: number): void {
    if (this._camera && this._points) {
      const { width, height } = this._size();
      const [cx, cy, cz] = this._camera.target;
      const target = [
        cx + x * width * this.unit,
        cy + y * height * this.unit,
        cz
      ] as const;
      this._isWhole = false;
      this._look({ ...this._camera, target });
    }
  }

  project([x, y, z = 0]: readonly number[]): [number, number] {
    const viewport = this._viewport();
    const [left, top] = viewport?.project([x, y, z]) ?? [NaN, NaN];
    return [left, top];
  }

  unproject(x: number, y: number): [number, number] {
    const { width, height } = this._size();
    const [cx, cy] = this._camera?.target ?? [0, 0];
    return [
      cx + (x - width / 2) * this.unit,
      cy - (y - height / 2) * this.unit
    ];
  }

  projectAll(): IPlane {
    const points = this._points;
    const viewport = this._viewport();
    if (points === null || viewport === null) {
      return { values: new Float32Array(), stride: 2 };
    }
    const { positions, dimensions, size } = points;
    const m = viewport.pixelProjectionMatrix;
    const values = new Float32Array(2 * size);
    for (let id = 0; id < size; id++) {
      const x = positions[id * dimensions];
      const y = positions[id * dimensions + 1];
      const z = dimensions === 3 ? positions[id * dimensions + 2] : 0;
      const w = m[3] * x + m[7] * y + m[11] * z + m[15];
      values[2 * id] = (m[0] * x + m[4] * y + m[8] * z + m[12]) / w;
      values[2 * id + 1] = (m[1] * x + m[5] * y + m[9] * z + m[13]) / w;
    }
    return { values, stride: 2 };
  }

  dispose(): void {
    this._disposed = true;
    this._observer.disconnect();
    this._stop();
    // a browser allows few contexts at a time, and would wait for the garbage collector
    this._device?.loseDevice();
    this._device = null;
  }

  private _start(): void {
    // A canvas whose context was lost cannot be used again.
    const canvas = document.createElement('canvas');
    canvas.className = 'vl-map-canvas';
    canvas.setAttribute('aria-hidden', 'true');
    canvas.tabIndex = -1;
    this._options.host.prepend(canvas);
    this._canvas = canvas;
    const deck = new Deck({
      canvas,
      width: '100%',
      height: '100%',
      views: this._views(),
      viewState: this._viewState(),
      useDevicePixels: this._ratio(),
      layers: [],
      getCursor: () => 'inherit',
      onViewStateChange: ({ viewState }) => this._moved(viewState),
      onDeviceInitialized: device => {
        this._device = device;
        this._name = device.info.renderer;
        void device.lost.then(() => {
          if (deck === this._deck && !this._disposed) {
            this._restart();
          }
        });
      },
      onAfterRender: () => this._options.onDrawn(),
      onLoad: () => {
        this._options.onLost(false);
        this._draw();
      },
      onError: error => this._options.onError(error)
    });
    this._deck = deck;
    this._draw();
  }

  private _stop(): void {
    this._deck?.finalize();
    this._deck = null;
    this._canvas?.remove();
  }

  private _restart(): void {
    this._options.onLost(true);
    this._stop();
    this._start();
  }

  private _resized(): void {
    if (this._points === null) {
      return;
    }
    if (this._camera === null || this._isWhole) {
      this.fit(null);
      return;
    }
    // a camera that was kept came while the panel had no size
    this._fitted ??= this._fitZoom();
    // what lies above the points moves with them
    this._look(this._camera);
  }

  private _moved(viewState: unknown): void {
    const { target, zoom, rotationX, rotationOrbit } = viewState as ICamera;
    const [x, y, z = 0] = target;
    const flat = Array.isArray(zoom) ? (zoom[0] as number) : zoom;
    this._isWhole = false;
    this._look({
      target: [x, y, z],
      zoom: flat,
      ...(this._points?.dimensions === 3 && { rotationX, rotationOrbit })
    });
  }

  private _look(camera: ICamera): void {
    this._camera = camera;
    this._apply();
    this._options.onCamera(camera);
  }

  private _apply(): void {
    this._deck?.setProps({ viewState: this._viewState() });
    this._draw();
  }

  private _viewState(): Record<string, object> {
    const camera = this._camera ?? { target: [0, 0, 0] as const, zoom: 0 };
    const fitted = this._fitted ?? camera.zoom;
    return {
      [this._viewId]: { ...camera, minZoom: fitted - 3, maxZoom: fitted + 16 }
    };
  }

  /** One for each kind: deck.gl lets another kind's controller under the same name listen on. */
  private get _viewId(): string {
    return `map-${this._points?.dimensions ?? 2}`;
  }

  private _views(): OrbitView | OrthographicView {
    const controller = {
      dragPan: this._dragging,
      dragRotate: this._dragging,
      doubleClickZoom: false,
      keyboard: false,
      inertia: 250,
      scrollZoom: { speed: 0.01, smooth: false }
    };
    return this._points?.dimensions === 3
      ? new OrbitView({ id: this._viewId, orbitAxis: 'Y', controller })
      : new OrthographicView({ id: this._viewId, flipY: false, controller });
  }

  private _draw(): void {
    const { _points: points, _deck: deck } = this;
    if (deck === null) {
      return;
    }
    const ready = points && this._colors && this._states;
    const ratio = this._ratio();
    deck.setProps({
      useDevicePixels: ratio,
      layers: ready
        ? [
            new PointLayer({
              id: `points-${points.dimensions}`,
              points,
              colors: this._colors,
              states: this._states,
              pixelRatio: ratio,
              style: pointStyle(
                (this._ring ??= cssColor(
                  this._options.host,
                  '--jp-ui-font-color0'
                )),
                points.count,
                this.nearer,
                this._emphasis
              )
            })
          ]
        : []
    });
  }

  private _fitZoom(): number | null {
    const points = this._points;
    const size = this._size();
    return points && size.width > 0
      ? fitCamera(points, points.dimensions, size).zoom
      : null;
  }

  private _ratio(): number {
    return pixelRatio(this._points?.count ?? 0);
  }

  private _size(): { width: number; height: number } {
    const { clientWidth: width, clientHeight: height } = this._options.host;
    return { width, height };
  }

  private _viewport(): Viewport | null {
    const { width, height } = this._size();
    const state = this._viewState()[this._viewId];
    return width > 0
      ? (this._views().makeViewport({
          width,
          height,
          viewState: state as never
        }) ?? null)
      : null;
  }

  private readonly _observer: ResizeObserver;
  private _deck: Deck<OrbitView | OrthographicView> | null = null;
  private _device: Device | null = null;
  private _canvas: HTMLCanvasElement | null = null;
  private _points: IPoints | null = null;
  private _colors: { values: Uint8Array } | null = null;
  private _states: { values: Uint8Array } | null = null;
  private _camera: ICamera | null = null;
  /** The zoom that shows all points. */
  private _fitted: number | null = null;
  /** Whether all points are shown, in a panel of whatever size. */
  private _isWhole = false;
  private _ring: Rgb | null = null;
  private _dragging = true;
  private _emphasis = false;
  private _name = '';
  private _disposed = false;
}
