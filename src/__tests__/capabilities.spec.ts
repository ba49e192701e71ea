import { analystPlugin } from '../analysis/plugin';
import { fakeApp } from '../core/plugins/__tests__/fakeApp';
import { type IPanels, panelsPlugin } from '../core/plugins/panels/panels';
import { CommandIDs } from '../core/tokens';
import { duplicatesPlugin } from '../duplicates/plugin';
import { searchesPlugin } from '../embeddings/plugin';
import { evaluationPlugin } from '../evaluation/plugin';
import { exportPlugin } from '../export/plugin';
import { labelsPlugin } from '../labels/plugin';
import { mapPlugin } from '../map/plugin';

jest.mock('../map/points/makeWorker', () => ({}));

function setUp() {
  const fake = fakeApp();
  const { app, core, workspaces } = fake;
  const panels = panelsPlugin.activate(
    app,
    ...([core, workspaces, null, null, null] as never[])
  ) as IPanels;
  for (const plugin of [mapPlugin, duplicatesPlugin, evaluationPlugin]) {
    plugin.activate(app, ...([core, panels] as never[]));
  }
  for (const plugin of [analystPlugin, searchesPlugin, labelsPlugin]) {
    plugin.activate(app, ...([core, workspaces, null] as never[]));
  }
  exportPlugin.activate(app, ...([core, workspaces] as never[]));
  return { ...fake, panels };
}

describe('capabilities', () => {
  it('declare their panels and the commands that open them', () => {
    const { commands, panels } = setUp();
    const kinds = ['grid', 'sample', 'map', 'duplicates', 'evaluation'];
    expect(kinds.map(kind => panels.tracker(kind).namespace)).toEqual(
      kinds.map(kind => `visionlens-${kind}`)
    );
    for (const command of [
      CommandIDs.openMap,
      CommandIDs.openDuplicates,
      CommandIDs.openEvaluation
    ]) {
      expect(commands.isEnabled(command)).toBe(false);
      expect(commands.isEnabled(command, { dataset: 'cells' })).toBe(true);
    }
  });

  it('add their parts of the client', () => {
    const { client } = setUp().core;
    const { analysis, embeddings, evaluations, exports, labels } = client;
    for (const part of [analysis, embeddings, evaluations, exports, labels]) {
      expect(part).toBeDefined();
    }
  });

  it('declare which jobs bring a report', () => {
    expect([...setUp().core.jobs.kinds.keys()]).toEqual(['export']);
  });
});
