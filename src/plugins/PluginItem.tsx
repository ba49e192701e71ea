import * as React from 'react';
import type { IPanelContext } from '../core/client/context';
import { Button } from '../core/components/Button';
import { ErrorBox } from '../core/components/ErrorBox';
import { useAction } from '../core/components/useAction';
import { useAnswer } from '../core/components/useAnswer';
import type { IContribution, IPlugin } from './client';
import { kindText, permissionsText, stateText } from './describe';
import { commandOf, entriesOf, type InstalledPlugins } from './installed';

interface IProps {
  readonly plugin: IPlugin;
  readonly installed: InstalledPlugins;
  readonly context: IPanelContext;
}

/** One plugin. */
export function PluginItem(props: IProps): JSX.Element {
  const { plugin, installed, context } = props;
  const { trans } = context;
  const { state, title, version, origin, place, reason } = plugin;
  const { busy, error, run } = useAction();
  return (
    <li className="vl-plugin" data-plugin={plugin.name} data-state={state}>
      <div className="vl-plugin-head">
        <h3 title={plugin.name}>{title}</h3>
        <span className="vl-quiet">{version}</span>
        <span className="vl-spacer" />
        <span className="vl-plugin-state">{stateText(state, trans)}</span>
        <input
          type="checkbox"
          role="switch"
          className="vl-plugin-switch"
          aria-label={trans.__('%1 is on', title)}
          checked={state === 'on'}
          disabled={busy || state === 'broken' || state === 'not_allowed'}
          onChange={({ target }) =>
            void run(() => installed.switch(plugin.name, target.checked))
          }
        />
      </div>
      {reason && <p className="vl-plugin-reason">{reason}</p>}
      {error && <ErrorBox error={error} trans={trans} />}
      {plugin.description && <p>{plugin.description}</p>}
      {plugin.contributions.length > 0 && (
        <ul className="vl-plugin-contributions">
          {plugin.contributions.map(each => (
            <Contribution
              key={each.id}
              contribution={each}
              plugin={plugin}
              context={context}
            />
          ))}
        </ul>
      )}
      {state !== 'broken' && (
        <p className="vl-quiet">{permissionsText(plugin.permissions, trans)}</p>
      )}
      <p className="vl-quiet vl-plugin-place" title={place}>
        {origin === 'file'
          ? trans.__('File %1', place)
          : trans.__('Package %1', place)}
      </p>
      {plugin.log && <Log {...props} />}
    </li>
  );
}

function Contribution(props: {
  contribution: IContribution;
  plugin: IPlugin;
  context: IPanelContext;
}): JSX.Element {
  const { contribution, plugin, context } = props;
  const { trans, commands } = context;
  const { kind, title } = contribution;
  const [entry] = entriesOf({
    plugins: [{ ...plugin, contributions: [contribution] }],
    folder: ''
  }).map(each => commandOf(each));
  return (
    <li title={contribution.description}>
      <span>
        {title} <span className="vl-quiet">({kindText(kind, trans)})</span>
      </span>
      {entry && (
        <Button
          kind="link"
          aria-label={
            kind === 'panel'
              ? trans.__('Open %1', title)
              : trans.__('Run %1', title)
          }
          disabled={!commands.isEnabled(entry.command, entry.args)}
          onClick={() => void commands.execute(entry.command, entry.args)}
        >
          {kind === 'panel' ? trans.__('Open') : trans.__('Run…')}
        </Button>
      )}
    </li>
  );
}

/** What its runs printed, read when it is opened. */
function Log({ plugin, installed, context }: IProps): JSX.Element {
  const { trans } = context;
  const [turn, setTurn] = React.useState<number | null>(null);
  const { answer, error } = useAnswer(
    turn === null ? null : `${plugin.name} ${turn}`,
    () => installed.log(plugin.name)
  );
  return (
    <details
      className="vl-plugin-log"
      onToggle={({ currentTarget }) =>
        setTurn(currentTarget.open ? Date.now() : null)
      }
    >
      <summary>{trans.__('Log')}</summary>
      {error && <ErrorBox error={error} trans={trans} />}
      {answer !== null && (
        <>
          <Button kind="link" onClick={() => setTurn(Date.now())}>
            {trans.__('Read again')}
          </Button>
          <pre tabIndex={0} aria-label={trans.__('Log of %1', plugin.title)}>
            {answer || trans.__('Nothing was printed.')}
          </pre>
        </>
      )}
    </details>
  );
}
