/** Views that are shown and left again: a click shows one in every panel, a second one goes back. */
import * as React from 'react';
import { useStore } from 'zustand';
import type { IClient } from '../client/context';
import type { IViewSpec } from '../client/types';
import { sameView } from './steps';
import { CommandIDs } from '../tokens';
import type { IWorkspaceModel } from '../workspace/types';
import type { CommandRegistry } from '@lumino/commands';

export interface IViewToggles {
  /** Make it the view, and bring the grid to the front; go back if it is the view already. */
  open(name: string, view: IViewSpec): void;
  isOpen(name: string): boolean;
}

interface IOpened {
  readonly name: string;
  readonly view: IViewSpec;
  readonly before: IViewSpec;
}

export function useViewToggles(
  model: IWorkspaceModel,
  { client, commands }: { client: IClient; commands: CommandRegistry }
): IViewToggles {
  const view = useStore(model.store, state => state.view);
  const [opened, setOpened] = React.useState<IOpened | null>(null);
  const isOpen = (name: string): boolean =>
    opened?.name === name && sameView(opened.view, view);
  const show = async (name: string, wanted: IViewSpec): Promise<void> => {
    const { dataset, workspace } = model.server;
    const next = await asConditions(client, dataset, wanted);
    setOpened({ name, view: next, before: model.store.getState().view });
    model.setView(next);
    await commands.execute(CommandIDs.openGrid, {
      dataset,
      workspace,
      activate: false
    });
  };
  return {
    isOpen,
    open: (name, wanted) => {
      if (isOpen(name)) {
        model.setView(opened!.before);
      } else {
        void show(name, wanted);
      }
    }
  };
}

/** Text of a predicate as conditions: chips that can be taken away one by one. */
async function asConditions(
  client: IClient,
  dataset: string,
  view: IViewSpec
): Promise<IViewSpec> {
  const { where, filter: present } = view;
  if (!where) {
    return view;
  }
  try {
    const request = { text: where, filter: present };
    const { filter } = await client.predicate(dataset, request);
    return { ...view, filter, where: null };
  } catch {
    return view; // the view itself says what is wrong with it
  }
}
