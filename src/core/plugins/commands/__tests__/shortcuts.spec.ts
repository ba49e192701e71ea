import { CommandIDs } from '../../../tokens';
import { shortcutsPlugin } from '../shortcuts';
import { fakeApp } from '../../__tests__/fakeApp';

const { app, core, commands } = fakeApp();
const search = jest.fn();
commands.addCommand(CommandIDs.search, { execute: search });
const SELECTOR = '.vl-panel :focus:not(:read-write):not(select)';
const shortcut = commands.addKeyBinding({
  command: CommandIDs.search,
  keys: ['/'],
  selector: SELECTOR
});
// It listens as long as the page lives.
shortcutsPlugin.activate(app, ...([core] as never[]));

function type(
  selector: string,
  key: string,
  init: KeyboardEventInit = {}
): boolean {
  const options = { key, bubbles: true, cancelable: true, ...init };
  return document
    .querySelector(selector)!
    .dispatchEvent(new KeyboardEvent('keydown', options));
}

beforeEach(() => {
  search.mockClear();
  document.body.innerHTML = `
    <div class="vl-panel">
      <button></button><input type="text" /><input type="checkbox" />
      <select></select><textarea></textarea>
    </div>
    <input class="other" type="checkbox" />`;
});

describe('keys known by their character', () => {
  it.each([
    ['on a US keyboard', { code: 'Slash', keyCode: 191 }],
    ['on a German keyboard', { code: 'Digit7', keyCode: 55, shiftKey: true }]
  ])('do what they say %s', (_, init) => {
    expect(type('button', '/', init)).toBe(false);
    expect(search).toHaveBeenCalledTimes(1);
    type('[type=checkbox]', '/', init);
    expect(search).toHaveBeenCalledTimes(2);
  });

  it.each([
    ['what is written', 'input', {}],
    ['a list of choices', 'select', {}],
    ['a text', 'textarea', {}],
    ['other panels', '.other', {}],
    ['other shortcuts', 'button', { ctrlKey: true }]
  ])('leave %s alone', (_, selector, init) => {
    expect(type(selector, '/', init)).toBe(true);
    expect(search).not.toHaveBeenCalled();
  });

  it('are not taken from who used them', () => {
    document
      .querySelector('button')!
      .addEventListener('keydown', event => event.preventDefault());
    type('button', '/');
    expect(search).not.toHaveBeenCalled();
  });

  it('are those the user has chosen', () => {
    shortcut.dispose();
    type('button', '/');
    expect(search).not.toHaveBeenCalled();
    const other = jest.fn();
    commands.addCommand('other', { execute: args => other(args) });
    const args = { of: 'mine' };
    const chosen = { command: 'other', keys: ['/'], args };
    commands.addKeyBinding({ ...chosen, selector: '.jp-Notebook' });
    type('button', '/');
    expect(other).not.toHaveBeenCalled();
    commands.addKeyBinding({ ...chosen, selector: SELECTOR });
    type('button', '/', { code: 'Digit7', keyCode: 55, shiftKey: true });
    expect(other).toHaveBeenCalledWith(args);
  });
});
