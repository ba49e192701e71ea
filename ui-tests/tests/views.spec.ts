/**
 * The filters panel in a real Lab: search, conditions, missing values, ranges by keyboard, sort, history, saved views,
 * links and SQL, each agreeing with the grid.
 */
import { expect, test } from '@jupyterlab/galata';
import type { Locator, Page } from '@playwright/test';
import { picture } from './pictures';

test.use({ autoGoto: false });

const COUNT = 240;

/** Ingest the demonstration dataset once; all tests look at it. */
async function ingest(page: Page): Promise<void> {
  await page.evaluate(async count => {
    const { serviceManager } = window.jupyterapp;
    const { serverSettings } = serviceManager;
    const api = `${serverSettings.baseUrl}visionlens/api/v1/`;
    const call = async (path: string, init: RequestInit = {}) => {
      const token = document.cookie.match(/_xsrf=([^;]+)/)?.[1] ?? '';
      const answer = await fetch(api + path, {
        ...init,
        headers: { 'X-XSRFToken': token }
      });
      return answer.json();
    };
    const ready = async () =>
      (await call('datasets')).datasets.some(
        (each: { dataset: string; samples: number; state: string }) =>
          each.dataset === 'street' &&
          each.state === 'ready' &&
          each.samples === count
      );
    if (!(await ready())) {
      await call('jobs', {
        method: 'POST',
        body: JSON.stringify({ kind: 'ingest', ingest: { source: 'street' } })
      });
    }
    for (let i = 0; i < 240 && !(await ready()); i++) {
      await new Promise(resolve => setTimeout(resolve, 500));
    }
  }, COUNT);
}

class Panels {
  constructor(readonly page: Page) {}

  readonly filters = this.page.locator('#visionlens-filters-sidebar');
  readonly grid = this.page.locator('.vl-grid:visible');
  readonly chips = this.filters.locator('.vl-chip');

  async open(): Promise<void> {
    await this.run('visionlens:open', { dataset: 'street' });
    await expect(this.header(this.filters)).toContainText(`of ${COUNT}`);
    await expect(this.header(this.grid)).toContainText(`of ${COUNT}`);
  }

  async run(command: string, args: object = {}): Promise<unknown> {
    return this.page.evaluate(
      ([id, given]) =>
        window.jupyterapp.commands
          .execute(id as string, given as never)
          .then(answer => (typeof answer === 'string' ? answer : null)),
      [command, args] as const
    );
  }

  header(scope: Locator): Locator {
    return scope.locator('.vl-header-line');
  }

  /** Both panels show so many; returns nothing else. */
  async shows(count: number, what = 'samples'): Promise<void> {
    const text = new RegExp(`^${count.toLocaleString('en-US')} of .* ${what}`);
    await expect(this.header(this.filters)).toHaveText(text);
    await expect(this.header(this.grid)).toHaveText(text);
  }

  async count(): Promise<number> {
    await expect(this.header(this.filters)).toHaveAttribute(
      'aria-busy',
      'false'
    );
    const text = await this.header(this.filters).textContent();
    return Number(text!.split(' ')[0].replace(/,/g, ''));
  }

  bar(field: string, value: string): Locator {
    return this.filters.locator(
      `.vl-facet[data-field="${field}"] .vl-facet-value[data-value="${value}"]`
    );
  }

  async promised(bar: Locator): Promise<number> {
    const text = await bar.locator('.vl-facet-count').textContent();
    return Number(text!.replace(/,/g, ''));
  }

  /** Open the form of a new condition on a field. */
  async condition(field: string): Promise<Locator> {
    await this.filters.getByRole('button', { name: '+ Add condition' }).click();
    const form = this.filters.getByRole('form', { name: 'Condition' });
    await form.getByRole('combobox', { name: 'Field' }).fill(field);
    await expect(form.getByRole('option').first()).toBeVisible();
    await form.getByRole('combobox', { name: 'Field' }).press('Enter');
    return form;
  }
}

let panels: Panels;

test.beforeEach(async ({ page }) => {
  await page.goto();
  await ingest(page);
  panels = new Panels(page);
  await panels.open();
});

test('names are searched from anywhere, classes and tags are offered', async ({
  page
}) => {
  const { filters, grid, chips } = panels;
  await grid.locator('.vl-tile').first().click();
  await page.keyboard.press('/');
  const search = filters.getByRole('combobox', { name: 'Search names' });
  await expect(search).toBeFocused();
  await page.keyboard.type('000012');
  await expect(chips).toHaveText([/filename contains 000012/]);
  const found = await panels.count();
  expect(found).toBeGreaterThan(0);
  expect(found).toBeLessThan(20);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await expect(chips).toHaveCount(0);
  await panels.shows(COUNT);
  await search.fill('bus');
  const offer = filters.getByRole('option', { name: /^bus/ });
  const samples = Number(
    await offer.locator('.vl-option-detail').textContent()
  );
  await picture(page, 'search', async () => {
    await search.click();
    await expect(offer).toBeVisible();
  });
  await offer.click();
  await expect(chips).toHaveText([/class = bus/]);
  await expect(search).toHaveValue('');
  await panels.shows(samples);
});

test('conditions are built, edited, joined and turned round', async ({
  page
}) => {
  const { filters, chips } = panels;
  let form = await panels.condition('class');
  await form.getByRole('combobox', { name: 'Value' }).fill('bus');
  await form.getByRole('option', { name: /^bus/ }).click();
  await form.getByLabel('Which annotations').selectOption('count');
  await form.getByLabel('Number of annotations').fill('2');
  await expect(form.locator('.vl-condition-text')).toHaveText(
    "count(class = 'bus') >= 2"
  );
  await picture(page, 'condition');
  await form.getByRole('button', { name: 'Apply' }).click();
  await expect(chips).toHaveText([/count\(class = bus\) >= 2/]);
  const two = await panels.count();

  await chips.getByTitle('Edit count').click();
  form = filters.getByRole('form', { name: 'Condition' });
  await form.getByLabel('Number of annotations').fill('1');
  await form.getByRole('button', { name: 'Apply' }).click();
  await expect(chips).toHaveText([/>= 1/]);
  const one = await panels.count();
  expect(one).toBeGreaterThan(two);

  await chips.getByTitle('Edit count').click();
  await form.getByRole('button', { name: 'Negate' }).click();
  await expect(chips).toHaveText([/< 1/]);
  await panels.shows(COUNT - one);

  form = await panels.condition('filename');
  await form.getByLabel('Operator').selectOption('matches');
  await form.getByRole('combobox', { name: 'Value' }).fill('[');
  await expect(form.getByRole('alert')).toBeVisible();
  await expect(form.getByRole('button', { name: 'Apply' })).toBeDisabled();
  await form.getByRole('combobox', { name: 'Value' }).fill('[02468]\\.jpg$');
  await expect(form.getByRole('alert')).toHaveCount(0);
  await filters.getByLabel('Joined by').selectOption('0');
  await form.getByRole('combobox', { name: 'Value' }).press('Enter');
  await expect(chips).toHaveText([
    /count\(class = bus\) < 1 or filename matches/
  ]);

  await chips.getByTitle('Edit').click();
  const text = form.getByLabel('Condition as text');
  await expect(text).toHaveValue(
    /count\(class = 'bus'\) < 1 or filename matches/
  );
  await text.fill("split = 'val'");
  await text.press('Enter');
  await expect(chips).toHaveText([/split = val/]);
  await chips.getByLabel('Remove split = val').click();
  await panels.shows(COUNT);
});

test('missing values, both ways, and ranges by keyboard and by date', async ({
  page
}) => {
  const { filters, chips } = panels;
  const histogram = filters.locator('.vl-facet[data-field="brightness"]');
  const lower = histogram.getByRole('slider', { name: /lower end/ });
  await lower.focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect(chips).toHaveText([/brightness >=/]);
  const narrowed = await panels.count();
  expect(narrowed).toBeLessThan(COUNT);
  // Moving one handle is one step; changing the theme takes the keyboard away.
  await lower.focus();
  await page.keyboard.press('z');
  await panels.shows(COUNT);
  await expect(chips).toHaveCount(0);

  const time = filters.locator('.vl-facet[data-field="captured_at"]');
  const [from, to] = [time.getByLabel('at least'), time.getByLabel('at most')];
  await expect(from).toHaveAttribute('type', /date/);
  const kind = await from.getAttribute('type');
  const suffix = kind === 'date' ? '' : 'T00:00';
  const span = (await from.getAttribute('title'))!.match(
    /(\d{4}-\d\d-\d\d) .*to (\d{4}-\d\d-\d\d)/
  )!;
  await to.fill(`${span[2]}${suffix}`);
  await to.press('Enter');
  await expect(chips).toHaveText([/captured_at </]);
  await from.fill(`${span[2]}${suffix}`);
  await from.press('Enter');
  await expect(chips).toHaveText([/captured_at </]);
  expect(await panels.count()).toBeLessThan(COUNT);
  await picture(page, 'dates', () => time.scrollIntoViewIfNeeded());
  await filters.getByText('Clear all').click();

  const rows = filters.locator('.vl-histogram .vl-missing').first();
  const bar = rows.locator('.vl-facet-value');
  const missing = await panels.promised(bar);
  expect(missing).toBeGreaterThan(0);
  await bar.click();
  await panels.shows(missing);
  await expect(chips).toHaveText([/is null/]);
  await rows.locator('.vl-present').click();
  await panels.shows(COUNT - missing);
  await expect(chips).toHaveText([/^not .* is null/]);
});

test('the history says its steps and outlives the panels', async ({ page }) => {
  const { filters, grid, chips } = panels;
  await panels.bar('split', 'val').click();
  await expect(chips).toHaveText([/split = val/]);
  const val = await panels.count();
  await panels.bar('class', 'bus').click();
  await expect(chips).toHaveCount(2);
  const both = await panels.count();
  await grid.getByRole('button', { name: 'Sort' }).click();
  await grid.getByLabel('Sort by').selectOption('annotations');
  // What is changed before the server has the last change is one step with it.
  expect(await panels.count()).toBe(both);
  await grid.getByLabel('Then by').selectOption('brightness');
  await expect(
    grid.getByRole('button', { name: 'Sort: Number of annotations' })
  ).toContainText('+1');
  await picture(page, 'sort');
  await page.keyboard.press('Escape');
  const undo = filters.getByRole('button', { name: 'Undo' });
  await expect(undo).toHaveAttribute('title', /sorted by annotations/);
  await undo.click();
  await undo.click();
  await expect(undo).toHaveAttribute('title', 'Undo: class = bus (z)');
  await panels.shows(both);

  await page.evaluate(() => window.jupyterapp.shell.currentWidget!.close());
  await expect(filters.getByText('Show datasets')).toBeVisible();
  await panels.open();
  await panels.shows(both);
  await grid.locator('.vl-tile').first().click();
  await page.keyboard.press('z');
  await panels.shows(val);
  await page.keyboard.press('Control+Shift+Z');
  await panels.shows(both);
  await filters.getByRole('button', { name: 'History' }).click();
  await picture(page, 'history');
  await filters.getByRole('button', { name: 'when it was opened' }).click();
  await panels.shows(COUNT);
  await page.keyboard.press('Escape');
  await panels.bar('class', 'bus').click();
  await expect(chips).toHaveCount(1);
  const bus = await panels.count();
  await page.reload({ waitForIsReady: false });
  await panels.shows(bus);
});

test('views are saved, applied, renamed, deleted and taken back', async ({
  page
}) => {
  const { filters, chips } = panels;
  await panels.bar('class', 'bus').click();
  await expect(chips).toHaveCount(1);
  const bus = await panels.count();
  const saved = filters.locator('.vl-saved');
  const opener = saved.locator('[aria-haspopup]');
  await opener.click();
  const name = saved.getByLabel('Name of the present view');
  await expect(name).toHaveValue('class = bus');
  await name.fill('Buses');
  await name.press('Enter');
  await expect(opener).toContainText('Buses');
  await panels.bar('split', 'val').click();
  await expect(opener.getByLabel('modified')).toBeVisible();
  await opener.click();
  const row = saved.locator('.vl-saved-row', { hasText: 'Buses' });
  await row.hover();
  await expect(row).toContainText(`${bus} samples`);
  await picture(page, 'saved-views');
  await row.getByRole('button', { name: 'Rename' }).click();
  await saved.getByLabel('New name').fill('All buses');
  await saved.getByLabel('New name').press('Enter');
  const renamed = saved.locator('.vl-saved-row', { hasText: 'All buses' });
  await renamed.locator('.vl-menu-item').click();
  await panels.shows(bus);
  await expect(opener.getByLabel('modified')).toHaveCount(0);
  await opener.click();
  await renamed.hover();
  await renamed.getByRole('button', { name: 'Delete' }).click();
  await expect(saved.getByText('“All buses” was deleted.')).toBeVisible();
  await expect(renamed).toHaveCount(0);
  await saved.getByRole('button', { name: 'Undo' }).click();
  await expect(renamed).toHaveCount(1);
});

test('a link opens its view, here and in a new page', async ({ page }) => {
  const { chips } = panels;
  await panels.bar('class', 'bus').click();
  await expect(chips).toHaveCount(1);
  const bus = await panels.count();
  await panels.run('visionlens:level-annotations');
  await expect(panels.header(panels.grid)).toContainText('annotations');
  const boxes = await panels.count();
  const link = (await panels.run('visionlens:copy-link')) as string;
  expect(link).toContain('?visionlens=street&view=');
  await panels.run('visionlens:clear-filters');
  await panels.run('visionlens:level-samples');
  await panels.shows(COUNT);
  await panels.run('visionlens:open-link', { link });
  await panels.shows(boxes, 'annotations');
  await page.keyboard.press('Escape');
  await panels.run('visionlens:undo-view');
  await panels.shows(COUNT);
  await panels.run('visionlens:open-link', { link: link.slice(0, -3) });
  // The notices of the tests' settings do not pop up.
  await panels.run('apputils:display-notifications');
  await expect(page.getByText('The link is damaged')).toBeVisible();
  const fresh = await page.context().newPage();
  await fresh.goto(link);
  const there = new Panels(fresh);
  await there.shows(boxes, 'annotations');
  expect(new URL(fresh.url()).search).not.toContain('view');
  await fresh.close();
  expect(boxes).toBeGreaterThanOrEqual(bus);
});

test('the result of a SELECT becomes the view', async ({ page }) => {
  const { filters, chips } = panels;
  await filters.getByRole('button', { name: 'SQL' }).click();
  const sql = filters.getByRole('form', { name: 'SQL' });
  const box = sql.getByRole('textbox');
  await box.fill('DELETE FROM samples');
  await box.press('Control+Enter');
  await expect(sql.getByRole('alert')).toContainText('refused');
  await panels.shows(COUNT);
  await box.fill('SELECT filename FROM samples');
  await box.press('Control+Enter');
  await expect(sql.getByRole('alert')).toContainText('sample_id');
  await picture(page, 'sql-error');
  await box.fill('SELECT sample_id FROM samples WHERE ');
  await sql.locator('summary', { hasText: 'samples' }).click();
  await sql.getByRole('button', { name: 'brightness', exact: true }).click();
  await expect(box).toHaveValue(/WHERE brightness$/);
  await box.fill(
    'SELECT sample_id FROM samples WHERE brightness IS NOT NULL ' +
      'ORDER BY brightness LIMIT 17'
  );
  await box.press('Control+Enter');
  await expect(chips).toHaveText([/SQL: SELECT sample_id/]);
  await panels.shows(17);
  await panels.bar('split', 'train').click();
  await expect(chips).toHaveCount(2);
  expect(await panels.count()).toBeLessThan(17);
  await picture(page, 'sql');
  await chips.getByLabel('Remove the query').click();
  await expect(chips).toHaveText([/split = train/]);
});
