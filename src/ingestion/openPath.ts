/** Opening a folder or a label file. */
import { CommandIDs } from '../core/tokens';
import type { ICore } from '../core/plugins/core';

/** Open the dataset that was read from there, else the form filled in with it. */
export async function openPath(core: ICore, path: string): Promise<void> {
  const { client, commands } = core;
  const [datasets, detected] = await Promise.all([
    client.datasets(),
    // The form tells what is wrong with the path.
    client.detect({ source: path }).catch(() => null)
  ]);
  const known =
    detected && datasets.find(({ source }) => source === detected.source);
  await (known
    ? commands.execute(CommandIDs.open, { dataset: known.dataset })
    : commands.execute(CommandIDs.ingest, { source: path }));
}
