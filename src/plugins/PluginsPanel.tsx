import * as React from 'react';
import { useStore } from 'zustand';
import type { IPanelContext } from '../core/client/context';
import { ErrorBox } from '../core/components/ErrorBox';
import type { InstalledPlugins } from './installed';
import { PluginItem } from './PluginItem';

/** How often files and packages are looked at while the panel is seen (milliseconds). */
const INTERVAL = 2000;
/** What to write first. */
const COMMAND = 'visionlens plugin new operator my-operator';

interface IProps {
  readonly installed: InstalledPlugins;
  readonly context: IPanelContext;
}

/** All plugins: what they are, what they may, and a switch. */
export function PluginsPanel({ installed, context }: IProps): JSX.Element {
  const { trans } = context;
  const { list, error } = useStore(installed.store);
  const body = React.useRef<HTMLDivElement>(null);
  React.useEffect(
    () => installed.watch(INTERVAL, () => body.current?.offsetParent !== null),
    [installed]
  );
  const plugins = list?.plugins ?? [];
  return (
    <div
      ref={body}
      className="vl-plugins-body"
      tabIndex={-1}
      aria-busy={list === null && error === null}
    >
      <h2 className="vl-plugins-title">{trans.__('Plugins')}</h2>
      {error && (
        <ErrorBox
          error={error}
          trans={trans}
          onRetry={() => void installed.refresh()}
        />
      )}
      {plugins.length > 0 && (
        <ul className="vl-plugins-list" aria-label={trans.__('Plugins')}>
          {plugins.map(plugin => (
            <PluginItem
              key={plugin.name}
              plugin={plugin}
              installed={installed}
              context={context}
            />
          ))}
        </ul>
      )}
      {list && (
        <section className="vl-plugins-more">
          {plugins.length === 0 && <p>{trans.__('There are no plugins.')}</p>}
          <p>
            {trans.__(
              'A Python file in this folder is a plugin as soon as it is saved:'
            )}
          </p>
          <code>{list.folder}</code>
          <p>{trans.__('To begin with one, in a terminal:')}</p>
          <code>{COMMAND}</code>
          <p className="vl-quiet">
            {trans.__(
              'The guide “Plugins” of the documentation says how to write, test and publish one.'
            )}
          </p>
        </section>
      )}
    </div>
  );
}
