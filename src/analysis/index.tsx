import { UseSignal } from '@jupyterlab/ui-components';
import type { Widget } from '@lumino/widgets';
import * as React from 'react';
import type { IPanelContext } from '../core/client/context';
import { PanelWidget } from '../core/components/panelWidget';
import { CommandIDs, type IWorkspaces } from '../core/tokens';
import { AnalystPanel } from './AnalystPanel';
import type { IGoals } from './goals';
import { Button } from '../core/components/Button';

/** The sidebar with what statistics and agents say of the current workspace's dataset. */
export function createAnalystPanel(
  workspaces: IWorkspaces,
  context: IPanelContext,
  goals: IGoals
): Widget {
  const content = (
    <UseSignal signal={workspaces.currentChanged}>
      {() => {
        const model = workspaces.current;
        return model === null ? (
          <NoDataset context={context} />
        ) : (
          <AnalystPanel
            key={model.store.getState().id}
            model={model}
            context={context}
            goals={goals}
          />
        );
      }}
    </UseSignal>
  );
  return new PanelWidget(content, {
    className: 'vl-analyst',
    focus: ['.vl-goal input', '.vl-analyst-body', '.vl-empty button']
  });
}

function NoDataset({ context }: { context: IPanelContext }): JSX.Element {
  const { commands, trans } = context;
  return (
    <div className="vl-empty">
      <h3>{trans.__('No dataset is open.')}</h3>
      <p className="vl-quiet">
        {trans.__(
          'The analyst looks for what the errors of a model have in common.'
        )}
      </p>
      <Button
        kind="primary"
        onClick={() => void commands.execute(CommandIDs.showDatasets)}
      >
        {trans.__('Show datasets')}
      </Button>
    </div>
  );
}
