/** How a dataset gets in: the folder browser, Lab's file browser, files from the desktop. */
import { expect, test } from '@jupyterlab/galata';
import { COUNT, datasetsPanel, dropFiles, haveDataset } from './panels';
import { picture } from './pictures';

test.use({ autoGoto: false });

/** A PNG of 64 by 48 pixels. */
const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAEAAAAAwCAIAAAAuKetIAAAAUklEQVR4nO3PMQ0AIADAMEAN/lUgCxEcDcmqYJtn7/GzpQNeNaA1oDWgNaA1oDWgNaA1oDWgNaA1oDWgNaA1oDWgNaA1oDWgNaA1oDWgNaA1oF2C0gF4fvebiwAAAABJRU5ErkJggg==';

test('browse to a folder, see what it is, ingest it, see its grid', async ({
  page
}) => {
  await page.goto();
  const panel = await datasetsPanel(page);
  await panel.getByRole('button', { name: 'Add dataset' }).click();
  await panel.getByRole('button', { name: 'Browse' }).click();
  const street = panel.locator('.vl-browser-list [title$="/street"]');
  await street.click();
  await expect(panel.locator('.vl-detected')).toContainText('COCO');
  await picture(page, 'folder-browser');
  await panel.getByText('Would fit, too: Folder of images').click();
  const others = panel.locator('.vl-candidates');
  await expect(others).toContainText('Pascal VOC Nothing here is like that');
  await others.getByRole('button', { name: 'Read as Folder' }).click();
  await expect(panel.locator('.vl-detected')).toContainText('Folder of images');
  await picture(page, 'formats-that-fit');
  await panel.getByRole('button', { name: 'Read as COCO JSON' }).click();
  await expect(panel.getByLabel('Format')).toHaveValue('coco');
  await panel.getByLabel('Format').selectOption('');
  await street.dblclick();
  const list = panel.locator('.vl-browser-list');
  await expect(list.locator('[title$="/street/annotations"]')).toBeVisible();
  await list.press('Backspace');
  await expect(street).toBeVisible();
  // A file that is no dataset.
  await list.locator('[title$="/street.manifest.json"]').click();
  await expect(panel.getByRole('alert')).toContainText('Name a format');
  await street.click();
  await expect(panel.locator('.vl-detected')).toContainText('COCO');
  await panel.getByLabel('Name').fill('browsed');
  await panel.getByRole('button', { name: 'Ingest', exact: true }).click();
  const card = panel.locator('.vl-card[data-state="ready"]', {
    hasText: 'browsed'
  });
  await expect(card).toContainText(`${COUNT} samples`, { timeout: 120_000 });
  await card.getByTitle('Open browsed').click();
  await expect(page.locator('.vl-grid .vl-header-line')).toContainText(
    `${COUNT} of ${COUNT} samples`
  );
});

test('Open in VisionLens from the file browser', async ({ page }) => {
  await page.goto();
  await haveDataset(page, 'street', 'browsed');
  await page.contents.uploadContent('names: [car]\n', 'text', 'odd/data.yaml');
  const open = async (folder: string, name: string): Promise<void> => {
    await page.evaluate(
      path =>
        window.jupyterapp.commands.execute('filebrowser:go-to-path', { path }),
      folder
    );
    await page
      .locator(`.jp-DirListing-item[title^="Name: ${name}\\a"]`)
      .click({ button: 'right' });
    await page
      .locator('.lm-Menu-itemLabel', { hasText: 'Open in VisionLens' })
      .click();
  };
  // A folder that is a dataset already opens.
  await open('/', 'street');
  await expect(page.locator('.vl-grid .vl-header-line')).toContainText(
    `${COUNT} of ${COUNT} samples`
  );
  // Others fill in the form.
  const panel = page.locator('#visionlens-datasets');
  const path = panel.getByLabel('Folder or file on the server');
  const json = 'instances.json';
  await open('street/annotations', json);
  await expect(path).toHaveValue(`street/annotations/${json}`);
  await expect(panel.locator('.vl-detected')).toContainText('COCO');
  await open('odd', 'data.yaml');
  await expect(path).toHaveValue('odd/data.yaml');
});

test('drop image files on a grid', async ({ page }) => {
  await page.goto();
  await haveDataset(page, 'street', 'browsed');
  const panel = await datasetsPanel(page);
  await panel.getByTitle('Open browsed').click();
  const header = page.locator('.vl-grid .vl-header-line');
  await expect(header).toContainText(`of ${COUNT} samples`);
  await dropFiles(page.locator('.vl-grid'), [
    { name: 'dropped.png', type: 'image/png', base64: PNG },
    { name: 'broken.png', type: 'image/png', base64: 'AAAA' },
    { name: 'notes.txt', type: 'text/plain', base64: 'AAAA' }
  ]);
  const bar = page.locator('.vl-upload-bar');
  await expect(bar).toContainText('1 of 2 files');
  await expect(bar).toContainText('1 file is no image');
  await expect(bar).toContainText('broken.png');
  await expect(header).toContainText(`of ${COUNT + 1} samples`, {
    timeout: 60_000
  });
  await picture(page, 'upload');
  await bar.getByRole('button', { name: 'Dismiss' }).click();
  await expect(bar.locator('.vl-upload')).toHaveCount(0);
});
