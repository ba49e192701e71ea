/** Plugins: a file that is dropped becomes an entry with its form, runs, and goes when it is switched off. */
import { expect, type IJupyterLabPageFixture, test } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import * as path from 'path';
import { openGrid } from './panels';
import { picture } from './pictures';
import { serverRoot } from './server';

test.use({ autoGoto: false, viewport: { width: 1440, height: 900 } });

const BRIGHT = `
import numpy as np

MANIFEST = {
    "manifest": 1,
    "name": "bright",
    "version": "1.0",
    "api": ">=1,<2",
    "title": "Bright images",
    "description": "Tags images whose mean grey value is above a threshold.",
    "permissions": ["images", "tags", "fields"],
    "contributions": [
        {
            "kind": "operator",
            "id": "tag",
            "title": "Tag bright images",
            "target": "tag_bright",
            "schema": {
                "type": "object",
                "properties": {
                    "above": {
                        "type": "number", "title": "Mean grey value above",
                        "minimum": 0, "maximum": 255, "default": 80,
                    },
                    "tag": {"type": "string", "title": "Tag", "minLength": 1, "default": "bright"},
                    "channel": {
                        "type": "string", "title": "Channel",
                        "enum": ["all", "red", "green", "blue"], "default": "all",
                    },
                    "keep": {"type": "boolean", "title": "Keep the value as a field", "default": True},
                },
                "required": ["above", "tag"],
            },
        }
    ],
}


def tag_bright(*, context, arguments, **rest):
    count = 0
    for done, sample in enumerate(context.samples()):
        context.progress(done)
        grey = float(np.asarray(context.image(sample)).mean())
        if arguments.get("keep"):
            context.set_field(sample, "grey", grey)
        if grey > arguments["above"]:
            context.tag(sample, arguments["tag"])
            count += 1
    print(count, "bright")
    return f"{count} images are bright."
`;

async function pluginsFolder(page: IJupyterLabPageFixture): Promise<string> {
  const folder = path.join(await serverRoot(page), '.visionlens', 'plugins');
  mkdirSync(folder, { recursive: true });
  return folder;
}

async function showPlugins(page: IJupyterLabPageFixture): Promise<Locator> {
  await page.evaluate(() =>
    window.jupyterapp.commands.execute('visionlens:show-plugins')
  );
  const panel = page.locator('.vl-plugins');
  await expect(panel.locator('.vl-plugins-more')).toBeVisible();
  return panel;
}

/** Entries below VisionLens > Plugins. */
async function menuEntries(page: IJupyterLabPageFixture): Promise<string[]> {
  await page.menu.openLocator('VisionLens');
  const submenu = page.locator('.lm-Menu-item[data-type="submenu"]', {
    hasText: 'Plugins'
  });
  let entries: string[] = [];
  if ((await submenu.count()) > 0) {
    await submenu.hover();
    const items = page.locator('#jp-mainmenu-visionlens-plugins .lm-Menu-item');
    await expect(items.first()).toBeVisible();
    entries = await items.locator('.lm-Menu-itemLabel').allInnerTexts();
  }
  await page.menu.closeAll();
  return entries;
}

test('a file that is dropped runs from its form and is switched off', async ({
  page
}) => {
  const grid = await openGrid(page);
  const folder = await pluginsFolder(page);
  const file = path.join(folder, 'bright.py');
  const panel = await showPlugins(page);
  await expect(panel).toContainText('There are no plugins.');
  await expect(panel.locator('.vl-plugins-more')).toContainText(folder);
  await picture(page, 'plugins-empty');

  writeFileSync(file, BRIGHT);
  const item = panel.locator('[data-plugin="bright"]');
  await expect(item).toContainText('Bright images');
  await expect(item).toContainText('reads images, sets tags and sets fields');
  expect(await menuEntries(page)).toEqual(['Tag bright images…']);

  await grid.locator('.vl-tile').nth(1).click({ button: 'right' });
  await page
    .locator('.lm-Menu-item[data-type="submenu"]', { hasText: 'Plugins' })
    .hover();
  await page
    .locator('#jp-mainmenu-visionlens-plugins-here .lm-Menu-item')
    .click();
  const form = page.locator('.vl-operator');
  await expect(form.getByLabel('Run on')).toContainText(
    'What was clicked on (1 sample)'
  );
  await form.getByLabel('Run on').selectOption({ index: 1 });
  const above = form.getByLabel('Mean grey value above');
  await above.fill('300');
  await form.getByRole('button', { name: 'Run' }).click();
  await expect(form.getByRole('alert')).toContainText('must be <= 255');
  await above.fill('80');
  await form.getByRole('button', { name: 'Preview' }).click();
  await expect(form.locator('.vl-operator-preview tbody tr')).toHaveCount(5);
  await picture(page, 'plugin-form');
  await form.getByRole('button', { name: 'Run' }).click();
  await expect(form).toBeHidden();
  await expect(page.locator('.Toastify')).toContainText('images are bright.');
  const facet = page.locator('.vl-facets');
  await expect(facet).toContainText('bright');
  await expect(facet).toContainText('grey', { ignoreCase: true });
  await item.getByText('Log').click();
  await expect(item.locator('pre')).toContainText('bright');
  await picture(page, 'plugins');

  await item.getByRole('switch').click();
  await expect(item).toHaveAttribute('data-state', 'off');
  expect(await menuEntries(page)).toEqual([]);
  rmSync(file);
  await expect(item).toBeHidden();
});

test('a panel of a plugin opens and its click filters the view', async ({
  page
}) => {
  const grid = await openGrid(page);
  const folder = await pluginsFolder(page);
  const files = ['cooccurrence.py', 'cooccurrence.js'].map(name =>
    path.join(folder, name)
  );
  for (const file of files) {
    const example = path.resolve(__dirname, '../../examples/plugins');
    copyFileSync(path.join(example, path.basename(file)), file);
  }
  const plugins = await showPlugins(page);
  await plugins
    .getByRole('button', { name: 'Open Class co-occurrence' })
    .click();
  const panel = page.locator('.vl-plugin-panel');
  const pair = panel.getByRole('button', { name: 'bus and car: ' });
  const count = Number(await pair.innerText());
  expect(count).toBeGreaterThan(0);
  await picture(page, 'plugin-panel');
  await pair.click();
  await expect(grid.locator('.vl-header-line').first()).toContainText(
    `${count} of 240 samples`
  );
  // What it shows is of that view now.
  await expect(
    panel.getByRole('button', { name: `car and car: ${count}` })
  ).toBeVisible();

  // After a reload it stands where it stood.
  await page.reload({ waitForIsReady: false });
  await expect(panel.getByRole('table')).toBeVisible();

  await plugins.getByRole('switch').click();
  await expect(plugins.locator('.vl-plugin')).toHaveAttribute(
    'data-state',
    'off'
  );
  const status = await page.evaluate(async () => {
    const answer = await fetch(
      '/visionlens/api/v1/plugins/cooccurrence/panels/co-occurrence'
    );
    return answer.status;
  });
  expect(status).toBe(403);
  expect(await menuEntries(page)).toEqual([]);
  files.forEach(file => rmSync(file));
});
