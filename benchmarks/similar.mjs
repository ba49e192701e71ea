/**
 * From a click on *Find Similar* to the first thumbnail, in JupyterLab in a browser, at 100,000 samples.
 *
 * Usage: jlpm build && node benchmarks/similar.mjs [SAMPLES] [DIMENSION]
 *
 * Makes a dataset with vectors (`benchmarks/large.py`), serves Lab on it and waits for its search index. Twenty times it
 * clicks with the right button on a tile that was not searched for before and chooses *Find Similar*. A time begins with the
 * click on the menu; it ends when the first picture of the results, and when every tile on the screen, is there. The
 * browser is $CHROMIUM, else Playwright's own, with software rendering. Prints a table for README.md.
 */
import { chromium } from '@playwright/test';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const SAMPLES = Number(process.argv[2] ?? 100_000);
const DIMENSION = Number(process.argv[3] ?? 512);
const TIMES = 20;
const DATASET = 'large';
const MINUTE = 60_000;

async function freePort() {
  const server = createServer();
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise(resolve => server.close(resolve));
  return port;
}

/** JupyterLab over a data directory; its process and address. */
async function serve(folder) {
  const port = await freePort();
  const options = [
    '--allow-root',
    '--no-browser',
    `--ServerApp.port=${port}`,
    `--ServerApp.root_dir=${folder}`,
    '--IdentityProvider.token=',
    '--ServerApp.password='
  ];
  const lab = spawn('python', ['-m', 'jupyterlab', ...options], {
    stdio: 'ignore',
    env: {
      ...process.env,
      VISIONLENS_DATA_DIR: path.join(folder, '.visionlens'),
      JUPYTERLAB_WORKSPACES_DIR: path.join(folder, '.lab/workspaces'),
      JUPYTERLAB_SETTINGS_DIR: path.join(folder, '.lab/settings')
    }
  });
  return { lab, address: `http://127.0.0.1:${port}` };
}

/** Wait until `condition` gives something; what it gave. */
async function until(condition, what) {
  const started = Date.now();
  while (Date.now() - started < 4 * MINUTE) {
    const found = await condition().catch(() => null);
    if (found) {
      return found;
    }
    await new Promise(resolve => setTimeout(resolve, 250));
  }
  throw new Error(`waited in vain for ${what}`);
}

async function indexed(address) {
  const response = await fetch(
    `${address}/visionlens/api/v1/datasets/${DATASET}/spaces`
  );
  const { spaces } = await response.json();
  return spaces[0].index === 'ready';
}

/** In the page: note when a menu's item is clicked, and when pictures of the tiles that follow are there. */
function watch() {
  const seen = { clicked: 0, first: 0, all: 0 };
  window.bench = seen;
  const hasPicture = tile => {
    const image = tile.querySelector('img');
    return image?.complete && image.naturalWidth > 0;
  };
  const look = before => {
    const tiles = [...document.querySelectorAll('.vl-grid .vl-tile')];
    const isNew = tiles.map(tile => tile.dataset.id).join() !== before;
    if (isNew && tiles.length > 0) {
      const drawn = tiles.filter(hasPicture).length;
      seen.first ||= drawn > 0 ? performance.now() : 0;
      seen.all ||= drawn === tiles.length ? performance.now() : 0;
    }
    if (!seen.all) {
      requestAnimationFrame(() => look(before));
    }
  };
  window.addEventListener(
    'pointerup',
    ({ target }) => {
      if (target.closest?.('.lm-Menu-item')) {
        Object.assign(seen, { clicked: performance.now(), first: 0, all: 0 });
        const tiles = document.querySelectorAll('.vl-grid .vl-tile');
        look([...tiles].map(tile => tile.dataset.id).join());
      }
    },
    true
  );
}

/** One search; milliseconds to the first picture and to a full screen, of them until the ids are there. */
async function search(page, number) {
  const grid = page.locator('.vl-grid');
  await grid
    .locator('.vl-tile')
    .nth(8 + number) // the first is what was searched for, those near it were before
    .click({ button: 'right' });
  const item = page.locator('.lm-Menu-item', { hasText: 'Find Similar' });
  await item.click();
  await page.waitForFunction(() => window.bench.all > 0);
  const { clicked, first, all } = await page.evaluate(() => window.bench);
  const asked = await page.evaluate(from => {
    const entries = performance
      .getEntriesByType('resource')
      .filter(({ startTime }) => startTime >= from);
    const of = end =>
      entries.find(({ name }) => new URL(name).pathname.endsWith(end));
    const span = entry => (entry ? entry.responseEnd - entry.startTime : NaN);
    performance.clearResourceTimings();
    return { view: span(of('/view')), thumbnails: span(of('/thumbnails')) };
  }, clicked);
  return { first: first - clicked, all: all - clicked, ...asked };
}

function summary(values) {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  const at = share =>
    sorted[Math.min(Math.floor(share * sorted.length), sorted.length - 1)];
  return { median: at(0.5), most: at(1) };
}

async function measure(page, address) {
  await page.goto(`${address}/lab?visionlens=${DATASET}`);
  const header = page.locator('.vl-grid .vl-header-line');
  await header
    .filter({ hasText: `${SAMPLES.toLocaleString('en')} of` })
    .waitFor({ timeout: MINUTE });
  await page.locator('.vl-grid .vl-tile img').first().waitFor();
  await page.evaluate(watch);
  const found = [];
  for (let i = 0; i <= TIMES; i++) {
    // the first one warms server and browser
    const times = await search(page, i);
    if (i > 0) {
      found.push(times);
    }
    await header.filter({ hasText: /^100 of/ }).waitFor();
    await page.waitForTimeout(300);
  }
  return found;
}

async function rendererOf(page) {
  return page.evaluate(() => {
    const gl = document.createElement('canvas').getContext('webgl2');
    const info = gl?.getExtension('WEBGL_debug_renderer_info');
    return info ? gl.getParameter(info.UNMASKED_RENDERER_WEBGL) : 'no WebGL';
  });
}

const folder = mkdtempSync(path.join(tmpdir(), 'visionlens-similar-'));
const data = path.join(folder, '.visionlens');
const script = path.join(ROOT, 'benchmarks/large.py');
console.log(
  `${execFileSync('python', [script, data, `${SAMPLES}`, DATASET, `${DIMENSION}`])}`.trim()
);
writeFileSync(path.join(folder, 'README.md'), 'A folder to serve.\n');
const { lab, address } = await serve(folder);
let browser = null;
try {
  await until(() => indexed(address), 'the search index');
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM,
    chromiumSandbox: false,
    args: ['--use-angle=swiftshader', '--enable-unsafe-swiftshader']
  });
  const page = await browser.newPage({
    viewport: { width: 1600, height: 960 }
  });
  const found = await measure(page, address);
  console.log(
    `\n${SAMPLES.toLocaleString('en')} samples, ${DIMENSION} dimensions; ${await rendererOf(page)}\n`
  );
  console.log(
    `| from the click on *Find Similar*, ${TIMES} times | median | most |`
  );
  console.log('| --- | --- | --- |');
  for (const [name, key] of [
    ['to the first thumbnail', 'first'],
    ['to a full screen of thumbnails', 'all'],
    ['in it: request for the ids', 'view'],
    ['in it: request for the thumbnails', 'thumbnails']
  ]) {
    const { median, most } = summary(found.map(each => each[key]));
    console.log(
      `| ${name} | ${median.toFixed(0)} ms | ${most.toFixed(0)} ms |`
    );
  }
} finally {
  await browser?.close();
  lab.kill();
  await new Promise(resolve => lab.on('exit', resolve));
  rmSync(folder, { recursive: true, force: true });
}
