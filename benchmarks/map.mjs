/**
 * The map: first draw and a change of the mask at 100k and 1M points, lasso at 1M points.
 *
 * Usage: jlpm build:lib && node benchmarks/map.mjs [--gl=swiftshader|egl]
 *
 * The browser is $CHROMIUM, else Playwright's own; the renderer is named with the figures. `egl` asks for the
 * system's own OpenGL (with LIBGL_ALWAYS_SOFTWARE=1: Mesa's llvmpipe). A frame counts as drawn when its
 * pixels can be read back.
 */
import { chromium } from '@playwright/test';
import { rspack } from '@rspack/core';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const SIZES = [100_000, 1_000_000];
const GL = process.argv.find(arg => arg.startsWith('--gl='))?.slice(5);
const FLAGS =
  GL === 'egl'
    ? ['--use-gl=angle', '--use-angle=gl-egl', '--ignore-gpu-blocklist']
    : ['--use-angle=swiftshader', '--enable-unsafe-swiftshader'];

/** What runs in the page: the extension's own modules. */
const PAGE = `
import { DeckRenderer } from '${ROOT}/lib/map/deck/deckRenderer.js';
import { inPolygon } from '${ROOT}/lib/map/lasso.js';
import { fillStates, readPoints } from '${ROOT}/lib/map/points.js';
import { buildGrid } from '${ROOT}/lib/map/gridIndex.js';
Object.assign(window, { DeckRenderer, inPolygon, fillStates, readPoints, buildGrid });
`;

async function bundle(folder) {
  const entry = path.join(folder, 'page.js');
  writeFileSync(entry, PAGE);
  const compiler = rspack({
    mode: 'production',
    entry,
    output: { path: folder, filename: 'bundle.js', publicPath: '' },
    resolve: { modules: [path.join(ROOT, 'node_modules')] },
    performance: { hints: false }
  });
  await new Promise((resolve, reject) =>
    compiler.run((error, stats) =>
      error || stats.hasErrors()
        ? reject(
            error ?? new Error(stats.toString({ all: false, errors: true }))
          )
        : resolve()
    )
  );
  return path.join(folder, 'bundle.js');
}

/** In the page: the figures of one number of points, in milliseconds. */
async function measure(count) {
  const { DeckRenderer, inPolygon, fillStates, readPoints, buildGrid } = window;
  const median = values => values.sort((a, b) => a - b)[values.length >> 1];
  let seed = 1;
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  const positions = new Float32Array(2 * count);
  for (let id = 0; id < count; id++) {
    const cloud = id % 20;
    const radius = Math.sqrt(-2 * Math.log(random() + 1e-12));
    const angle = 2 * Math.PI * random();
    positions[2 * id] = 9 * Math.cos(cloud) + radius * Math.cos(angle);
    positions[2 * id + 1] = 9 * Math.sin(2 * cloud) + radius * Math.sin(angle);
  }
  const points = readPoints(positions, 2);
  const colors = Uint8Array.from(
    { length: 4 * count },
    (_, i) => (i * 37) % 256
  );
  const states = new Uint8Array(count).fill(2);
  const host = document.body.appendChild(document.createElement('div'));
  Object.assign(host.style, { position: 'absolute', inset: '0' });

  let drawn = () => undefined;
  const lit = () => {
    const gl = host.querySelector('canvas').getContext('webgl2');
    const pixels = new Uint8Array(
      4 * gl.drawingBufferWidth * gl.drawingBufferHeight
    );
    gl.readPixels(
      0,
      0,
      gl.drawingBufferWidth,
      gl.drawingBufferHeight,
      gl.RGBA,
      gl.UNSIGNED_BYTE,
      pixels
    );
    return pixels.some((value, i) => i % 4 === 3 && value > 0);
  };
  const started = performance.now();
  const first = new Promise(resolve => {
    drawn = () => lit() && resolve(performance.now() - started);
  });
  const renderer = new DeckRenderer({
    host,
    onCamera: () => undefined,
    onLost: () => undefined,
    onError: error => console.error(error),
    onDrawn: () => drawn()
  });
  renderer.setPoints(points, null);
  renderer.setColors(colors);
  renderer.setStates(states);
  const firstDraw = await first;

  const fills = [];
  const updates = [];
  for (let i = 0; i < 9; i++) {
    const ids = Uint32Array.from(
      { length: count >> 1 },
      (_, at) => 2 * at + (i % 2)
    );
    const begun = performance.now();
    fillStates(
      states,
      points,
      ids,
      { level: 'samples', ids: new Set() },
      'samples'
    );
    fills.push(performance.now() - begun);
    const update = new Promise(resolve => {
      drawn = () => {
        lit();
        resolve(performance.now() - begun);
      };
    });
    renderer.setStates(states);
    updates.push(await update);
  }

  const lasso = Array.from({ length: 200 }, (_, i) => {
    const angle = (2 * Math.PI * i) / 200;
    const radius = 7 + 2 * Math.sin(9 * angle);
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  }).flat();
  const plane = { values: positions, stride: 2 };
  const lassos = [];
  let found = 0;
  for (let i = 0; i < 15; i++) {
    const begun = performance.now();
    found = inPolygon(plane, lasso, states, 1).length;
    lassos.push(performance.now() - begun);
  }
  const begun = performance.now();
  buildGrid(plane);
  const grid = performance.now() - begun;
  const { name } = renderer;
  renderer.dispose();
  host.remove();
  return {
    points: count,
    renderer: name,
    first_draw_ms: Math.round(firstDraw),
    mask_fill_ms: +median(fills).toFixed(1),
    mask_update_ms: Math.round(median(updates)),
    lasso_200_ms: +median(lassos).toFixed(1),
    lasso_200_min_ms: +Math.min(...lassos).toFixed(1),
    lasso_found: found,
    hover_index_ms: Math.round(grid)
  };
}

const folder = mkdtempSync(path.join(tmpdir(), 'visionlens-map-'));
const script = await bundle(folder);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  chromiumSandbox: false,
  args: FLAGS
});
try {
  for (const count of SIZES) {
    const page = await browser.newPage({
      viewport: { width: 1000, height: 700 }
    });
    page.on('pageerror', error => console.error(String(error)));
    await page.goto('about:blank');
    await page.addScriptTag({ path: script });
    console.log(JSON.stringify(await page.evaluate(measure, count)));
    await page.close();
  }
} finally {
  await browser.close();
  rmSync(folder, { recursive: true });
}
