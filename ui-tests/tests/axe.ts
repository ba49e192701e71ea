/** axe on a part of the page, in light and dark. */
import AxeBuilder from '@axe-core/playwright';
import type { IJupyterLabPageFixture } from '@jupyterlab/galata';

/** What axe holds against our widgets, as readable lines. */
export async function violations(
  page: IJupyterLabPageFixture,
  selector: string
): Promise<string[]> {
  const lines: string[] = [];
  for (const theme of ['Light', 'Dark'] as const) {
    await page.theme[theme === 'Dark' ? 'setDarkTheme' : 'setLightTheme']();
    await page.waitForTimeout(300);
    const { violations: found } = await new AxeBuilder({ page })
      .include(selector)
      .analyze();
    for (const { id, impact, nodes } of found) {
      if (impact === 'serious' || impact === 'critical') {
        lines.push(
          ...nodes.map(
            ({ html, any }) =>
              `${theme} ${id}: ${html.slice(0, 160)} ${any[0]?.message ?? ''}`
          )
        );
      }
    }
  }
  return lines;
}
