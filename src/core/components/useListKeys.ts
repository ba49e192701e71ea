/** The keyboard of a list: arrows, home and end, and the start of a name. */
import * as React from 'react';

/** Letters typed within this time belong together (milliseconds). */
const TYPING_MS = 800;

interface IOptions {
  readonly names: readonly string[];
  readonly onEnter: (index: number) => void;
  readonly onRight: (index: number) => void;
  readonly onBack: () => void;
}

interface IListKeys {
  readonly active: number;
  readonly setActive: (index: number) => void;
  readonly onKeyDown: (event: React.KeyboardEvent) => void;
}

export function useListKeys(options: IOptions): IListKeys {
  const { names } = options;
  const [active, setActive] = React.useState(0);
  const typed = React.useRef({ text: '', at: 0 });

  const find = (letter: string): number => {
    const now = Date.now();
    const before = typed.current;
    const text = now - before.at < TYPING_MS ? before.text + letter : letter;
    typed.current = { text, at: now };
    // A single letter again and again goes from one match to the next.
    const from = text.length > 1 ? active : active + 1;
    const order = names.map((_, i) => (from + i) % names.length);
    return (
      order.find(i => names[i].toLowerCase().startsWith(text.toLowerCase())) ??
      active
    );
  };

  const moved = (key: string): number | null => {
    const last = names.length - 1;
    switch (key) {
      case 'ArrowDown':
        return Math.min(active + 1, last);
      case 'ArrowUp':
        return Math.max(active - 1, 0);
      case 'Home':
        return 0;
      case 'End':
        return last;
      default:
        return key.length === 1 && key !== ' ' ? find(key) : null;
    }
  };

  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const { key } = event;
    if (key === 'Backspace' || key === 'ArrowLeft') {
      options.onBack();
    } else if (names.length === 0) {
      return;
    } else if (key === 'Enter' || key === ' ') {
      options.onEnter(active);
    } else if (key === 'ArrowRight') {
      options.onRight(active);
    } else {
      const next = moved(key);
      if (next === null) {
        return;
      }
      setActive(next);
    }
    event.preventDefault();
    event.stopPropagation();
  };

  return { active, setActive, onKeyDown };
}
