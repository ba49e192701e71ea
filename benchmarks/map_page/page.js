/** What runs in the page of `benchmarks/map.mjs`: the map panel itself over a workspace without a server. */
import { nullTranslator } from '@jupyterlab/translation';
import { CommandRegistry } from '@lumino/commands';
import { Signal } from '@lumino/signaling';
import * as React from 'react';
import { createRoot } from 'react-dom/client';
import { MapPanel } from '../../lib/map/MapPanel.js';
import { WorkspaceModel } from '../../lib/workspace/store.js';

const CLOUDS = 20;
/** What takes longer has failed; milliseconds. */
const PATIENCE = 30_000;
const EVERYTHING = {
  level: 'samples',
  filter: null,
  where: null,
  sql: null,
  search: null,
  sort: [],
  all: false
};

/** Twenty normal clouds, flat x and y. */
function clouds(count) {
  let seed = 1;
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  const positions = new Float32Array(2 * count);
  for (let id = 0; id < count; id++) {
    const cloud = id % CLOUDS;
    const radius = Math.sqrt(-2 * Math.log(random() + 1e-12));
    const angle = 2 * Math.PI * random();
    positions[2 * id] = 9 * Math.cos(cloud) + radius * Math.cos(angle);
    positions[2 * id + 1] = 9 * Math.sin(2 * cloud) + radius * Math.sin(angle);
  }
  return positions;
}

/** How far points lie from their middle, ascending, in pixels of a panel that shows all. */
function distancesOf(positions, width, height) {
  const low = [Infinity, Infinity];
  const high = [-Infinity, -Infinity];
  positions.forEach((value, i) => {
    low[i % 2] = Math.min(low[i % 2], value);
    high[i % 2] = Math.max(high[i % 2], value);
  });
  const scale = Math.min(
    (0.88 * width) / (high[0] - low[0]),
    (0.88 * height) / (high[1] - low[1])
  );
  const distances = new Float32Array(positions.length / 2);
  for (let id = 0; id < distances.length; id++) {
    const [dx, dy] = [0, 1].map(
      axis => positions[2 * id + axis] - (low[axis] + high[axis]) / 2
    );
    distances[id] = scale * Math.hypot(dx, dy);
  }
  return distances.sort();
}

/** A server that answers at once; what it is not asked for here it never answers. */
function serverOf(count, positions) {
  const never = () => new Promise(() => undefined);
  const state = {
    ids: Uint32Array.from({ length: count }, (_, id) => id),
    onAnswer: () => undefined
  };
  const coloring = {
    legend: {
      field: 'class',
      label: 'Class',
      type: 'values',
      values: Array.from({ length: CLOUDS }, (_, i) => ({
        value: `class ${i}`,
        count: count / CLOUDS
      })),
      others: 0
    },
    values: Uint16Array.from({ length: count }, (_, id) => id % CLOUDS)
  };
  const answers = {
    view: async () => {
      state.onAnswer();
      return { ids: state.ids, scores: null, total: count, version: 1 };
    },
    dataset: async () => ({
      dataset: 'large',
      version: 1,
      fields: [],
      classes: []
    })
  };
  const embeddings = {
    spaces: async () => [{ space: 'clouds', level: 'samples', vectors: count }],
    projections: async () => [
      {
        projection: 'p',
        space: 'clouds',
        level: 'samples',
        method: 'umap',
        dimensions: 2,
        rows: count,
        preview: false,
        warning: null,
        created_at: ''
      }
    ],
    points: async () => positions,
    colors: async () => coloring
  };
  const open = known =>
    new Proxy(known, {
      get: (target, name) =>
        target[name] ?? (name === 'then' ? undefined : never)
    });
  return { state, client: open({ ...answers, embeddings: open(embeddings) }) };
}

/** Whether the frame that was just drawn has anything in it; waits for its pixels. */
function isLit(canvas) {
  const gl = canvas.getContext('webgl2');
  const { drawingBufferWidth: width, drawingBufferHeight: height } = gl;
  const pixels = new Uint8Array(4 * width * height);
  gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
  return new Uint32Array(pixels.buffer).findIndex(pixel => pixel !== 0) >= 0;
}

class Bench {
  /** Show the panel; milliseconds until its points are on the screen. */
  async open(count) {
    this.positions = clouds(count);
    const { state, client } = serverOf(count, this.positions);
    this.server = state;
    const stub = {};
    const events = {
      job: new Signal(stub),
      dataset: new Signal(stub),
      workspace: new Signal(stub)
    };
    const workspace = {
      workspace: 'w',
      dataset: 'large',
      version: 1,
      dataset_version: 1,
      view: EVERYTHING,
      view_version: 1,
      predicate: '',
      total: count,
      selection: { level: 'samples', count: 0, version: 1 }
    };
    this.model = new WorkspaceModel({
      client,
      events,
      workspace,
      origin: 'page'
    });
    await this.model.flush();
    const trans = nullTranslator.load('');
    const context = {
      client,
      trans,
      commands: new CommandRegistry(),
      settings: {}
    };
    // deck.gl is loaded with the first map of a page, which is not what is measured
    await import('../../lib/map/deck/deckRenderer.js');
    const started = performance.now();
    createRoot(document.getElementById('panel')).render(
      React.createElement(MapPanel, { model: this.model, context })
    );
    await this.until(() => document.querySelector('.vl-map-host'));
    this.host = document.querySelector('.vl-map-host');
    await this.drawn(true);
    const first = performance.now() - started;
    this.listen();
    return { first_ms: first, renderer: this.host.dataset.renderer };
  }

  /** Filter to every second id; milliseconds from the server's answer to the pixels. */
  async mask(odd) {
    await this.rest();
    const { length } = this.positions;
    this.server.ids = Uint32Array.from(
      { length: length >> 2 },
      (_, i) => 2 * i + odd
    );
    return new Promise((resolve, reject) => {
      this.server.onAnswer = () => {
        const answered = performance.now();
        this.server.onAnswer = () => undefined;
        this.drawn(false).then(
          () => resolve(performance.now() - answered),
          reject
        );
      };
      this.model.setFilter({ op: 'eq', field: 'half', value: odd });
    });
  }

  /** All of the points again. */
  async unmask() {
    this.server.ids = Uint32Array.from(
      { length: this.positions.length / 2 },
      (_, id) => id
    );
    this.model.setFilter(null);
    await this.until(
      () => this.model.store.getState().ids.length === this.server.ids.length
    );
    await this.rest();
  }

  /** Pixel of the middle of all points, and the radius in pixels that holds a share of them. */
  around(share) {
    const { width, height, left, top } = this.host.getBoundingClientRect();
    this.distances ??= distancesOf(this.positions, width, height);
    return {
      x: left + width / 2,
      y: top + height / 2,
      radius: this.distances[Math.floor(share * (this.distances.length - 1))]
    };
  }

  /** Move the pressed pointer; a browser that draws in software takes seconds for as many real moves. */
  drag(path) {
    for (const [clientX, clientY] of path) {
      const init = { clientX, clientY, buttons: 1, bubbles: true };
      this.host.dispatchEvent(new PointerEvent('pointermove', init));
    }
  }

  /** What the last gesture took: milliseconds from the pointer's going up. */
  lasso() {
    const { up, known, header, painted, ids } = this.times;
    return {
      known_ms: known - up,
      header_ms: header - up,
      painted_ms: painted - up,
      ids
    };
  }

  listen() {
    this.times = {};
    window.addEventListener(
      'pointerup',
      () => (this.times = { up: performance.now() }),
      true
    );
    const select = this.model.select.bind(this.model);
    this.model.select = (ids, level) => {
      this.times.known = performance.now();
      this.times.ids = ids.size ?? ids.length;
      select(ids, level);
    };
    new MutationObserver(
      () => (this.times.header ??= performance.now())
    ).observe(document.querySelector('.vl-header-line'), {
      subtree: true,
      childList: true,
      characterData: true
    });
    new MutationObserver(() => {
      if (this.times.header && !this.times.painted) {
        isLit(this.host.querySelector('canvas'));
        this.times.painted = performance.now();
      }
    }).observe(this.host, { attributeFilter: ['data-frames'] });
  }

  /** The next frame, or the next in which there are points. */
  drawn(lit) {
    return new Promise((resolve, reject) => {
      setTimeout(() => reject(new Error('nothing was drawn')), PATIENCE);
      const observer = new MutationObserver(() => {
        const any = isLit(this.host.querySelector('canvas'));
        if (any || !lit) {
          observer.disconnect();
          resolve();
        }
      });
      observer.observe(this.host, { attributeFilter: ['data-frames'] });
    });
  }

  /** Nothing was drawn for a while. */
  async rest() {
    for (let before = ''; before !== this.host.dataset.frames;) {
      before = this.host.dataset.frames;
      await new Promise(resolve => setTimeout(resolve, 250));
    }
  }

  async until(condition) {
    const started = performance.now();
    while (!condition()) {
      if (performance.now() - started > PATIENCE) {
        throw new Error(`waited in vain: ${condition}`);
      }
      await new Promise(resolve => setTimeout(resolve, 1));
    }
  }
}

window.bench = new Bench();
