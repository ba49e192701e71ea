/** The keys of the panels: what the list of them shows, and what tests hold the handlers to. */
import type { TranslationBundle } from '@jupyterlab/translation';

export type Keys =
  | 'panels'
  | 'grid'
  | 'map'
  | 'evaluation'
  | 'judging'
  | 'sample'
  | 'editing'
  | 'folders';

export interface IShortcut {
  /** As `KeyboardEvent.key` names them, with `Shift+` or `Ctrl+` before; any of them does it. */
  readonly keys: readonly string[];
  readonly does: string;
}

export interface IShortcutGroup {
  readonly name: Keys;
  readonly label: string;
  readonly shortcuts: readonly IShortcut[];
}

/** All keys, by the panel they work in. */
export function shortcutGroups(trans: TranslationBundle): IShortcutGroup[] {
  return [...panelGroups(trans), ...detailGroups(trans)];
}

/** Keys of the panels that show a whole view. */
function panelGroups(trans: TranslationBundle): IShortcutGroup[] {
  return [
    {
      name: 'panels',
      label: trans.__('In every panel'),
      shortcuts: [
        { keys: ['?'], does: trans.__('Show this list') },
        { keys: ['/'], does: trans.__('Search the dataset') },
        {
          keys: ['Z', 'Ctrl+Z'],
          does: trans.__('Undo the last change of the view')
        },
        { keys: ['Shift+Z', 'Y', 'Ctrl+Shift+Z'], does: trans.__('Redo it') },
        { keys: ['O'], does: trans.__('Draw annotations or not') },
        {
          keys: ['S'],
          does: trans.__('Find what is like the selection')
        },
        { keys: ['T'], does: trans.__('Tag the selection') },
        { keys: ['Escape'], does: trans.__('Close what is open') }
      ]
    },
    {
      name: 'grid',
      label: trans.__('Grid'),
      shortcuts: [
        {
          keys: ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'],
          does: trans.__('Go to another tile')
        },
        {
          keys: ['PageUp', 'PageDown', 'Home', 'End'],
          does: trans.__('Go far')
        },
        { keys: [' '], does: trans.__('Select or deselect the tile') },
        {
          keys: ['Shift+ArrowRight', 'Shift+ArrowDown'],
          does: trans.__('Select up to there')
        },
        { keys: ['Ctrl+A'], does: trans.__('Select all in view') },
        { keys: ['Escape'], does: trans.__('Clear the selection') },
        { keys: ['Enter'], does: trans.__('Open the sample') }
      ]
    },
    {
      name: 'map',
      label: trans.__('Map'),
      shortcuts: [
        {
          keys: ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'],
          does: trans.__('Move')
        },
        { keys: ['+', '=', '-'], does: trans.__('Zoom') },
        { keys: ['0'], does: trans.__('Show everything') },
        { keys: ['f'], does: trans.__('Zoom to the selection') },
        { keys: ['l', 'b', 'v'], does: trans.__('Lasso, box, or move') },
        { keys: ['Enter'], does: trans.__('Select what is in sight') },
        { keys: ['Escape'], does: trans.__('Clear the selection') }
      ]
    },
    {
      name: 'evaluation',
      label: trans.__('Evaluation'),
      shortcuts: [
        {
          keys: ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'],
          does: trans.__('Go to another cell, bar or point')
        },
        { keys: ['Home', 'End'], does: trans.__('Go to the first, the last') },
        { keys: ['Enter', ' '], does: trans.__('Show what it counts') }
      ]
    }
  ];
}

/** Keys of what shows one sample, or one folder. */
function detailGroups(trans: TranslationBundle): IShortcutGroup[] {
  return [
    {
      name: 'judging',
      label: trans.__('Analyst, while examples are judged'),
      shortcuts: [
        { keys: ['y', 'n'], does: trans.__('Yes, no') },
        { keys: ['s'], does: trans.__('Skip the example') },
        {
          keys: ['z', 'Backspace'],
          does: trans.__('Take the last answer back')
        },
        { keys: ['Escape'], does: trans.__('Leave') }
      ]
    },
    {
      name: 'sample',
      label: trans.__('Sample'),
      shortcuts: [
        { keys: ['ArrowLeft'], does: trans.__('Previous sample of the view') },
        { keys: ['ArrowRight'], does: trans.__('Next sample of the view') },
        { keys: [' '], does: trans.__('Select or deselect the sample') },
        { keys: ['Escape'], does: trans.__('Clear the selection') },
        { keys: ['+', '='], does: trans.__('Zoom in') },
        { keys: ['-'], does: trans.__('Zoom out') },
        { keys: ['0'], does: trans.__('Fit to the panel') },
        { keys: ['1'], does: trans.__('Original size') },
        { keys: ['e'], does: trans.__('Edit labels, or no more') }
      ]
    },
    {
      name: 'editing',
      label: trans.__('Sample, while labels are edited'),
      shortcuts: [
        { keys: ['n'], does: trans.__('Draw a new box') },
        { keys: ['Enter'], does: trans.__('Choose the label of the list') },
        {
          keys: ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'],
          does: trans.__('Move the chosen box by a pixel')
        },
        {
          keys: ['Shift+ArrowRight', 'Shift+ArrowDown'],
          does: trans.__('Resize it by a pixel')
        },
        { keys: ['Delete', 'Backspace'], does: trans.__('Delete the label') },
        {
          keys: ['Z', 'Ctrl+Z'],
          does: trans.__('Undo the last change of labels')
        },
        { keys: ['Y', 'Ctrl+Shift+Z'], does: trans.__('Redo it') },
        { keys: ['Escape'], does: trans.__('Let go of it; stop editing') }
      ]
    },
    {
      name: 'folders',
      label: trans.__('Folders of the server'),
      shortcuts: [
        {
          keys: ['ArrowUp', 'ArrowDown', 'Home', 'End'],
          does: trans.__('Go through the list')
        },
        { keys: ['Enter', ' '], does: trans.__('Choose') },
        { keys: ['ArrowRight'], does: trans.__('Open the folder') },
        {
          keys: ['ArrowLeft', 'Backspace'],
          does: trans.__('Go to the folder above')
        },
        { keys: ['a–z'], does: trans.__('Go to a name that begins so') }
      ]
    }
  ];
}

const SYMBOLS: Record<string, string> = {
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓'
};

/** A key as it stands on the keyboard. */
export function keyLabel(key: string, trans: TranslationBundle): string {
  if (key === ' ') {
    return trans.__('Space');
  }
  return key
    .split(/(?<=.)\+(?=.)/)
    .map(
      part => SYMBOLS[part] ?? (part.length === 1 ? part.toUpperCase() : part)
    )
    .join(' + ');
}
