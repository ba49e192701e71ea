import { keyLabel, type Keys, shortcutGroups } from '../shortcuts';
import { trans } from '../../components/__tests__/fakes';

// The types of Node are not for code that runs in a browser.
declare const __dirname: string;
const fs = jest.requireActual('fs');
const path = jest.requireActual('path');
const SOURCE: string = path.resolve(__dirname, '../../..');

function listed(name: Keys): string[] {
  return shortcutGroups(trans)
    .filter(group => group.name === name)
    .flatMap(({ shortcuts }) => shortcuts.flatMap(({ keys }) => keys));
}

/** The keys that a piece of code compares with: `case 'x':`, `key === 'x'`, and names of an object. */
function handled(file: string, from = '', to = ''): string[] {
  const text: string = fs.readFileSync(path.join(SOURCE, file), 'utf8');
  const start = from ? text.indexOf(from) : 0;
  const part = text.slice(start, to ? text.indexOf(to, start) : undefined);
  const patterns = [
    /case '([^']+)':/g,
    /key === '([^']+)'/g,
    /^ {4}'?([^' ]+)'?: \(\) =>/gm
  ];
  return patterns.flatMap(pattern =>
    [...part.matchAll(pattern)].map(match => match[1])
  );
}

describe('the list of keys', () => {
  it('names the shortcuts of the settings', () => {
    const schema = JSON.parse(
      fs.readFileSync(path.join(SOURCE, '../schema/plugin.json'), 'utf8')
    );
    const keys = schema['jupyter.lab.shortcuts'].flatMap(
      (shortcut: { keys: string[] }) =>
        shortcut.keys.map(key =>
          key
            .replace('Accel', 'Ctrl')
            .replace(/ /g, '+')
            .replace('Shift+/', '?')
        )
    );
    expect(keys.length).toBeGreaterThan(4);
    expect(listed('panels')).toEqual(expect.arrayContaining(keys));
  });

  it.each<[Keys, string[]]>([
    [
      'grid',
      [
        ...handled('core/grid/useGridKeys.ts'),
        ...handled('core/grid/layout.ts')
      ]
    ],
    ['sample', handled('core/sample/SamplePanel.tsx', 'const keys:', '};')],
    [
      'evaluation',
      [
        ...handled('evaluation/confusion/ConfusionMatrix.tsx', 'onKeyDown'),
        ...handled('evaluation/plots/PlotButton.tsx', 'onKeyDown'),
        'Home',
        'End',
        'ArrowUp',
        'ArrowDown'
      ]
    ],
    ['folders', handled('core/components/useListKeys.ts')]
  ])('names what the %s handles', (name, keys) => {
    expect(keys.length).toBeGreaterThan(5);
    expect(listed(name)).toEqual(expect.arrayContaining(keys));
  });

  it('writes keys as they stand on the keyboard', () => {
    expect(
      [' ', '+', 'z', 'Shift+ArrowDown', 'Escape'].map(key =>
        keyLabel(key, trans)
      )
    ).toEqual(['Space', '+', 'Z', 'Shift + ↓', 'Escape']);
  });
});
