import { CommandIDs } from '../../core/tokens';
import { ingestionPlugin } from '../plugin';
import { fakeApp } from '../../core/plugins/__tests__/fakeApp';

const contents = {
  driveName: (path: string) => (path.includes(':') ? 'drive' : ''),
  localPath: (path: string) => path
};

function setUp(selected: { type: string; name: string; path: string }[]) {
  const fake = fakeApp({
    datasets: jest
      .fn()
      .mockResolvedValue([{ dataset: 'street', source: '/root/street' }]),
    detect: jest.fn(({ source }: { source: string }) =>
      source === 'broken'
        ? Promise.reject(new Error('nothing there'))
        : Promise.resolve({ source: `/root/${source}` } as never)
    )
  });
  const browser = {
    selectedItems: () => selected[Symbol.iterator](),
    model: { manager: { services: { contents } } }
  };
  ingestionPlugin.activate(
    fake.app,
    ...([
      fake.core,
      fake.workspaces,
      { addBelow: jest.fn() },
      browser
    ] as never[])
  );
  const opened = jest.fn();
  const form = jest.fn();
  fake.commands.addCommand(CommandIDs.open, { execute: opened });
  fake.commands.addCommand(CommandIDs.ingest, { execute: form });
  return { ...fake, opened, form };
}

function item(path: string, type = 'directory') {
  return { type, name: path.split('/').pop()!, path };
}

describe('Open in VisionLens', () => {
  it('opens the dataset that was read from there', async () => {
    const { commands, opened, form } = setUp([item('street')]);
    await commands.execute(CommandIDs.openPath);
    expect(opened).toHaveBeenCalledWith({ dataset: 'street' });
    expect(form).not.toHaveBeenCalled();
  });

  it.each(['other', 'broken'])('fills in the form with %s', async path => {
    const { commands, opened, form } = setUp([]);
    await commands.execute(CommandIDs.openPath, { path });
    expect(form).toHaveBeenCalledWith({ source: path });
    expect(opened).not.toHaveBeenCalled();
  });

  it.each([
    ['a folder', [item('street')], true],
    ['a json file', [item('a/b.JSON', 'file')], true],
    ['a yaml file', [item('data.yml', 'file')], true],
    ['an image', [item('a.jpg', 'file')], false],
    ['two folders', [item('a'), item('b')], false],
    ['nothing', [], false],
    ['another drive', [item('drive:a')], false]
  ])('is offered for %s: %#', (_, selected, expected) => {
    const { commands } = setUp(selected);
    expect(commands.isEnabled(CommandIDs.openPath)).toBe(expected);
  });
});
