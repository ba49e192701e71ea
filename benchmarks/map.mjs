/**
 * The map panel: first draw, a filter's mask and lassos at 100k and 1M points, in a real browser.
 *
 * Usage: jlpm build:lib && node benchmarks/map.mjs [POINTS ...] [--gl=swiftshader|egl]
 *
 * The browser is $CHROMIUM, else Playwright's own; the renderer is named with the figures. `egl` asks for the
 * system's own OpenGL (with LIBGL_ALWAYS_SOFTWARE=1: Mesa's llvmpipe). A frame counts as drawn when its
 * pixels can be read back. A lasso's time begins when the page hears that the mouse's button
 * went up, and ends when the workspace is told the ids, when the header line has the new count, and when the
 * points are drawn anew. Prints tables for README.md.
 */
import { chromium } from '@playwright/test';
import { rspack } from '@rspack/core';
import { createReadStream, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const GIVEN = process.argv.slice(2).map(Number).filter(Number.isFinite);
const SIZES = GIVEN.length > 0 ? GIVEN : [100_000, 1_000_000];
const MASKS = 5;
const LASSOS = 20;
const GL = process.argv.find(arg => arg.startsWith('--gl='))?.slice(5);
const FLAGS =
  GL === 'egl'
    ? ['--use-gl=angle', '--use-angle=gl-egl', '--ignore-gpu-blocklist']
    : ['--use-angle=swiftshader', '--enable-unsafe-swiftshader'];
const HTML = `<!doctype html><link rel="stylesheet" href="style.css">
<style>
  body { margin: 0; --jp-layout-color1: #fff; --jp-ui-font-color0: #000; }
  #panel { position: absolute; inset: 0; }
</style><div id="panel"></div><script src="page.js"></script>`;

/** The page and the extension's own modules, in `folder`. */
async function bundle(folder) {
  const compiler = rspack({
    mode: 'production',
    entry: { page: path.join(ROOT, 'benchmarks/map_page/page.js') },
    output: { path: folder, publicPath: '/' },
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
}

/** Serve `folder` and the map's style; the address. */
async function serve(folder) {
  const server = createServer(({ url }, response) => {
    const file =
      url === '/style.css'
        ? path.join(ROOT, 'style/map.css')
        : path.join(folder, path.basename(url));
    const type = url.endsWith('.css') ? 'text/css' : 'text/javascript';
    if (url === '/favicon.ico') {
      response.writeHead(204).end();
    } else if (url === '/') {
      response.setHeader('Content-Type', 'text/html').end(HTML);
    } else if (existsSync(file)) {
      response.setHeader('Content-Type', type);
      createReadStream(file).pipe(response);
    } else {
      response.writeHead(404).end();
    }
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  return { server, address: `http://127.0.0.1:${server.address().port}/` };
}

/** Corners of a star around the middle; `depth` 0: of a circle. */
function star({ x, y, radius }, corners, depth) {
  return Array.from({ length: corners }, (_, i) => {
    const angle = (2 * Math.PI * i) / corners;
    const own = radius * (1 - depth / 2 + (depth / 2) * Math.cos(9 * angle));
    return [x + own * Math.cos(angle), y + own * Math.sin(angle)];
  });
}

async function drawLasso(page, corners) {
  await page.mouse.move(...corners[0]);
  await page.mouse.down();
  await page.evaluate(path => window.bench.drag(path), corners);
  await page.mouse.up();
  await page.waitForFunction(() => window.bench.times.painted > 0);
  return page.evaluate(() => window.bench.lasso());
}

function summary(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const median =
    (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2;
  return { median, most: sorted[sorted.length - 1] };
}

/** Twenty lassos: the first of 200 corners around half of all points, the others of all sizes and shapes. */
async function lassos(page) {
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Lasso' }).click();
  const found = [];
  for (let i = 0; i < LASSOS; i++) {
    const share = i === 0 ? 0.5 : 0.02 + (0.9 * i) / LASSOS;
    const around = await page.evaluate(
      part => window.bench.around(part),
      share
    );
    const corners = i === 0 ? 200 : 24 + 8 * (i % 12);
    const path = star(around, corners, i === 0 ? 0 : 0.4 * (i % 3));
    found.push({ corners, ...(await drawLasso(page, path)) });
    await page.evaluate(() => window.bench.rest());
  }
  return found;
}

async function measure(browser, address, count) {
  const page = await browser.newPage({
    viewport: { width: 1000, height: 760 }
  });
  page.on('pageerror', error => console.error(String(error)));
  page.on(
    'console',
    message => message.type() === 'error' && console.error(message.text())
  );
  await page.goto(address);
  const first = await page.evaluate(n => window.bench.open(n), count);
  console.error(JSON.stringify(first));
  const masks = [];
  for (let i = 0; i < MASKS; i++) {
    masks.push(await page.evaluate(odd => window.bench.mask(odd), i % 2));
    console.error('mask', i, masks.at(-1));
  }
  await page.evaluate(() => window.bench.unmask());
  const drawn = await lassos(page);
  await page.close();
  return { count, ...first, masks: summary(masks), drawn };
}

function show(results) {
  const ms = value => value.toFixed(0);
  console.log(`\nRenderer: ${results[0].renderer}, 1000 x 760 pixels\n`);
  console.log('| points | first draw | mask, median / most |');
  console.log('| --- | --- | --- |');
  for (const { count, first_ms, masks } of results) {
    console.log(
      `| ${count.toLocaleString('en')} | ${ms(first_ms)} ms | ${ms(masks.median)} / ${ms(masks.most)} ms |`
    );
  }
  console.log('\n| lasso | corners | ids | ids known | header | drawn |');
  console.log('| --- | --- | --- | --- | --- | --- |');
  for (const { count, drawn } of results) {
    const rows = key => summary(drawn.map(each => each[key]));
    const [half] = drawn;
    const times = ['known_ms', 'header_ms', 'painted_ms'];
    const points = count.toLocaleString('en');
    console.log(
      `| of ${points}, round half | ${half.corners} | ${half.ids.toLocaleString('en')} | ${times.map(key => `${half[key].toFixed(1)} ms`).join(' | ')} |`
    );
    console.log(
      `| of ${points}, ${drawn.length} of all sizes, median / most | ${Math.min(...drawn.map(each => each.corners))} to ${half.corners} | ${Math.min(...drawn.map(each => each.ids)).toLocaleString('en')} to ${Math.max(...drawn.map(each => each.ids)).toLocaleString('en')} | ${times
        .map(rows)
        .map(
          ({ median, most }) => `${median.toFixed(1)} / ${most.toFixed(1)} ms`
        )
        .join(' | ')} |`
    );
  }
}

const folder = mkdtempSync(path.join(tmpdir(), 'visionlens-map-'));
await bundle(folder);
const { server, address } = await serve(folder);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  chromiumSandbox: false,
  args: FLAGS
});
try {
  const results = [];
  for (const count of SIZES) {
    results.push(await measure(browser, address, count));
  }
  show(results);
} finally {
  await browser.close();
  server.close();
  rmSync(folder, { recursive: true });
}
