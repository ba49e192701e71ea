import * as React from 'react';
import type { IPanelContext, IClient } from '../core/client/context';
import type { IFolder, IFolderEntry, IErrorBody } from '../core/client/types';
import { Button } from '../core/components/Button';
import { ErrorBox } from '../core/components/ErrorBox';
import { formatBytes, formatCount } from '../core/components/format';
import { crumbs, lastPart } from './paths';
import { useListKeys } from '../core/components/useListKeys';
import { errorBody } from '../core/client/errors';

interface IProps {
  readonly context: IPanelContext;
  /** Where to begin; null: where the server says. */
  readonly start: string | null;
  /** The folder or file that is chosen. */
  readonly chosen: string;
  readonly onChoose: (path: string) => void;
}

/** Folders and label files of the server: a click chooses, a double click goes into a folder. */
export function FolderBrowser(props: IProps): JSX.Element {
  const { context, start, onChoose } = props;
  const { trans } = context;
  const { folder, error, pending, go, more, retry } = useFolder(
    context.client,
    start
  );
  return (
    <div
      className="vl-browser"
      role="group"
      aria-label={trans.__('Folders of the server')}
      aria-busy={pending}
    >
      {folder && <Places {...props} folder={folder} go={go} />}
      {folder && (
        <nav className="vl-crumbs" aria-label={trans.__('Path')}>
          {crumbs(folder).map(({ name, path }, i) => (
            <React.Fragment key={path}>
              {i > 0 && <span aria-hidden="true">/</span>}
              <Button
                kind="link"
                title={path}
                aria-current={path === folder.path ? 'location' : undefined}
                onClick={() => go(path)}
              >
                {name}
              </Button>
            </React.Fragment>
          ))}
        </nav>
      )}
      {error && (
        <ErrorBox
          error={error}
          trans={trans}
          commands={context.commands}
          onRetry={retry}
        />
      )}
      {folder ? (
        <>
          <Entries {...props} key={folder.path} folder={folder} go={go} />
          <div className="vl-browser-foot">
            <span className="vl-quiet">
              {trans._n(
                '%2 image here',
                '%2 images here',
                folder.images,
                formatCount(folder.images)
              )}
              {folder.truncated &&
                ` · ${trans.__('there is more than is listed')}`}
            </span>
            {folder.next !== null && (
              <Button kind="link" disabled={pending} onClick={more}>
                {trans.__('More…')}
              </Button>
            )}
            <span className="vl-spacer" />
            <Button
              aria-pressed={props.chosen === folder.path}
              onClick={() => onChoose(folder.path)}
            >
              {trans.__('Choose this folder')}
            </Button>
          </div>
        </>
      ) : (
        !error && <p className="vl-quiet">{trans.__('Loading…')}</p>
      )}
    </div>
  );
}

/** Where one may begin, and what was chosen before. */
function Places(
  props: IProps & { folder: IFolder; go: (path: string) => void }
): JSX.Element | null {
  const { folder, go, onChoose, context } = props;
  const { trans } = context;
  if (folder.places.length + folder.recent.length < 2) {
    return null;
  }
  return (
    <select
      className="vl-input"
      aria-label={trans.__('Places')}
      value=""
      onChange={event => {
        const path = event.currentTarget.value;
        if (folder.recent.includes(path)) {
          onChoose(path);
        } else {
          go(path);
        }
      }}
    >
      <option value="" disabled>
        {trans.__('Places and recent sources…')}
      </option>
      <optgroup label={trans.__('Places')}>
        {folder.places.map(path => (
          <option key={path}>{path}</option>
        ))}
      </optgroup>
      {folder.recent.length > 0 && (
        <optgroup label={trans.__('Recent')}>
          {folder.recent.map(path => (
            <option key={path}>{path}</option>
          ))}
        </optgroup>
      )}
    </select>
  );
}

function Entries(
  props: IProps & { folder: IFolder; go: (path: string) => void }
): JSX.Element {
  const { folder, go, chosen, onChoose, context } = props;
  const { trans } = context;
  const id = React.useId();
  const { entries } = folder;
  const into = (entry: IFolderEntry): void => {
    if (entry.kind === 'folder') {
      go(entry.path);
    }
  };
  const { active, setActive, onKeyDown } = useListKeys({
    names: entries.map(({ name }) => name),
    onEnter: i =>
      entries[i].path === chosen ? into(entries[i]) : onChoose(entries[i].path),
    onRight: i => into(entries[i]),
    onBack: () => folder.parent !== null && go(folder.parent)
  });
  const list = React.useRef<HTMLUListElement>(null);
  React.useEffect(() => {
    list.current?.children[active]?.scrollIntoView?.({ block: 'nearest' });
  }, [active]);
  return (
    <>
      <ul
        ref={list}
        className="vl-browser-list"
        role="listbox"
        tabIndex={0}
        aria-label={lastPart(folder.path)}
        aria-activedescendant={entries[active] ? `${id}${active}` : undefined}
        onKeyDown={onKeyDown}
      >
        {entries.map((entry, i) => (
          <li
            key={entry.path}
            id={`${id}${i}`}
            role="option"
            aria-selected={entry.path === chosen}
            className={i === active ? 'vl-mod-active' : undefined}
            title={entry.path}
            onClick={() => {
              setActive(i);
              onChoose(entry.path);
            }}
            onDoubleClick={() => into(entry)}
          >
            <span className="vl-browser-name" data-kind={entry.kind}>
              {entry.name}
            </span>
            {entry.kind === 'folder' ? (
              // A shortcut for the pointer; the keyboard has the right arrow.
              <span
                className="vl-browser-into"
                title={trans.__('Open %1', entry.name)}
                onClick={event => {
                  event.stopPropagation();
                  into(entry);
                }}
              >
                ›
              </span>
            ) : (
              <span className="vl-quiet">{formatBytes(entry.bytes ?? 0)}</span>
            )}
          </li>
        ))}
      </ul>
      {entries.length === 0 && (
        <p className="vl-quiet">
          {trans.__('No folders and no label files here.')}
        </p>
      )}
    </>
  );
}

interface IFolderState {
  /** The folder read last; it stays until the next one is there. */
  readonly folder: IFolder | null;
  readonly error: IErrorBody | null;
  readonly pending: boolean;
  /** Go to a folder; null: where browsing begins. */
  readonly go: (path: string | null) => void;
  /** Read the next part of a long listing. */
  readonly more: () => void;
  /** Ask for the same again. */
  readonly retry: () => void;
}

/** A folder of the server, and moving on to others; late answers are dropped. */
export function useFolder(client: IClient, start: string | null): IFolderState {
  const [folder, setFolder] = React.useState<IFolder | null>(null);
  const [error, setError] = React.useState<IErrorBody | null>(null);
  const [pending, setPending] = React.useState(true);
  const turn = React.useRef(0);
  const last = React.useRef<() => void>();

  const read = React.useCallback(
    (path: string | null, before: IFolder | null) => {
      const mine = ++turn.current;
      last.current = () => read(path, before);
      setPending(true);
      const settle = (work: () => void): void => {
        if (mine === turn.current) {
          setPending(false);
          work();
        }
      };
      client.folder(path, before?.next ?? undefined).then(
        answer =>
          settle(() => {
            setFolder(before ? joined(before, answer) : answer);
            setError(null);
          }),
        reason => settle(() => setError(errorBody(reason)))
      );
    },
    [client]
  );
  const go = React.useCallback(
    (path: string | null) => read(path, null),
    [read]
  );

  const first = React.useRef(start);
  React.useEffect(() => {
    go(first.current);
    return () => {
      turn.current++;
    };
  }, [go]);

  return {
    folder,
    error,
    pending,
    go,
    more: () => folder && read(folder.path, folder),
    retry: () => last.current?.()
  };
}

/** A listing with its next part. */
function joined(before: IFolder, next: IFolder): IFolder {
  return {
    ...next,
    entries: [...before.entries, ...next.entries],
    images: before.images + next.images
  };
}
