import '@testing-library/jest-dom';
import { act, screen, waitFor } from '@testing-library/react';
import { MessageLoop } from '@lumino/messaging';
import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';
import {
  DETAIL,
  fakeContext,
  fakeModel
} from '../../components/__tests__/fakes';
import type { IWorkspaces } from '../../tokens';
import type { IWorkspaceModel } from '../../workspace/types';
import { createFiltersPanel } from '..';

describe('createFiltersPanel', () => {
  it('follows the current workspace', async () => {
    const owner = { current: null as IWorkspaceModel | null };
    const currentChanged = new Signal<IWorkspaces, IWorkspaceModel | null>(
      owner as never
    );
    const workspaces = Object.assign(owner, { currentChanged }) as never;
    const facets = jest.fn().mockResolvedValue({ facets: [] });
    const panel = createFiltersPanel(workspaces, fakeContext({ facets }));
    await act(async () => {
      Widget.attach(panel, document.body);
      MessageLoop.flush();
    });
    expect(await screen.findByText('Show datasets')).toBeVisible();
    await act(async () => {
      owner.current = fakeModel();
      currentChanged.emit(owner.current);
    });
    expect(await screen.findByText(DETAIL.name)).toBeVisible();
    panel.activate();
    MessageLoop.flush();
    await waitFor(() =>
      expect(screen.getByLabelText('Search names')).toHaveFocus()
    );
    act(() => panel.dispose());
  });
});
