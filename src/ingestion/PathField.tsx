import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IClient } from '../core/client/context';
import { typedParts } from './paths';

interface IProps {
  readonly label: string;
  readonly value: string;
  readonly invalid: boolean;
  readonly client: IClient;
  readonly trans: TranslationBundle;
  readonly onChange: (value: string) => void;
  /** The button beside the line. */
  readonly children: React.ReactNode;
}

/** A path of the server, completed while it is typed. */
export function PathField(props: IProps): JSX.Element {
  const { value, trans, onChange } = props;
  const id = React.useId();
  const input = React.useRef<HTMLInputElement>(null);
  const [typing, setTyping] = React.useState(false);
  const [active, setActive] = React.useState(0);
  const found = useCompletions(props.client, typing ? value : null);
  const open = typing && found.length > 0;
  React.useEffect(() => input.current?.focus(), []);
  React.useEffect(() => setActive(0), [found]);

  const take = (path: string): void => {
    onChange(path);
    setTyping(path.endsWith('/'));
  };
  const keys: Record<string, () => void> = {
    ArrowDown: () => setActive((active + 1) % found.length),
    ArrowUp: () => setActive((active + found.length - 1) % found.length),
    Tab: () => take(found[active]),
    Escape: () => setTyping(false)
  };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const key = keys[event.key];
    if (open && key && !event.shiftKey) {
      event.preventDefault();
      event.stopPropagation();
      key();
    }
  };

  return (
    <div className="vl-field vl-path-field">
      <label htmlFor={id}>{props.label}</label>
      <div className="vl-path-line">
        <input
          ref={input}
          id={id}
          type="text"
          className="vl-input"
          role="combobox"
          aria-expanded={open}
          aria-controls={open ? `${id}list` : undefined}
          aria-autocomplete="list"
          aria-activedescendant={open ? `${id}${active}` : undefined}
          aria-invalid={props.invalid}
          autoComplete="off"
          spellCheck={false}
          value={value}
          placeholder={trans.__('data/images')}
          onChange={event => {
            onChange(event.currentTarget.value);
            setTyping(true);
          }}
          onKeyDown={onKeyDown}
          onBlur={() => setTyping(false)}
        />
        {props.children}
      </div>
      {open && (
        <ul
          id={`${id}list`}
          className="vl-completions"
          role="listbox"
          aria-label={trans.__('Completions')}
        >
          {found.map((path, i) => (
            <li
              key={path}
              id={`${id}${i}`}
              role="option"
              aria-selected={i === active}
              // The line keeps the keyboard.
              onPointerDown={event => event.preventDefault()}
              onClick={() => take(path)}
            >
              {path}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

const DEBOUNCE_MS = 200;
const MOST = 12;
const NONE: readonly string[] = [];

/** How a typed path may go on; null: nobody is typing. What cannot be listed has no completions. */
export function useCompletions(
  client: IClient,
  typed: string | null
): readonly string[] {
  const parts = typed === null ? null : typedParts(typed);
  const folder = parts?.folder ?? null;
  const [listed, setListed] = React.useState<{
    folder: string;
    names: readonly string[];
  } | null>(null);

  React.useEffect(() => {
    if (folder === null) {
      return;
    }
    let mounted = true;
    const timer = setTimeout(() => {
      client.folder(folder || null).then(
        ({ entries }) => {
          const names = entries.map(
            ({ name, kind }) => `${name}${kind === 'folder' ? '/' : ''}`
          );
          if (mounted) {
            setListed({ folder, names });
          }
        },
        () => mounted && setListed(null)
      );
    }, DEBOUNCE_MS);
    return () => {
      mounted = false;
      clearTimeout(timer);
    };
  }, [client, folder]);

  const start = parts?.start ?? '';
  return React.useMemo(() => {
    if (listed === null || listed.folder !== folder) {
      return NONE;
    }
    return listed.names
      .filter(
        name =>
          name.toLowerCase().startsWith(start.toLowerCase()) && name !== start
      )
      .slice(0, MOST)
      .map(name => folder + name);
  }, [listed, folder, start]);
}
