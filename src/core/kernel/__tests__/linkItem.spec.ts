import '@testing-library/jest-dom';
import { MessageLoop } from '@lumino/messaging';
import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';
import { fakeModel, trans } from '../../components/__tests__/fakes';
import type { KernelBridge } from '../bridge';
import { LinkStatusItem } from '../linkItem';

describe('LinkStatusItem', () => {
  it('names the dataset and the notebook linked to it', () => {
    const model = fakeModel();
    const workspaces = {
      current: null as unknown,
      currentChanged: new Signal<unknown, unknown>({})
    };
    const bridge = {
      changed: new Signal<unknown, void>({}),
      link: null as { path: string; isLive: boolean } | null,
      linkOf: () => bridge.link
    };
    const click = jest.fn();
    const item = new LinkStatusItem(
      workspaces as never,
      bridge as unknown as KernelBridge,
      trans,
      click
    );
    Widget.attach(item, document.body);
    MessageLoop.flush();
    expect(item.node).toBeEmptyDOMElement();
    workspaces.current = model;
    workspaces.currentChanged.emit(model);
    MessageLoop.flush();
    expect(item.node).toHaveTextContent(/^Blood cells$/);
    item.node.click();
    expect(click).not.toHaveBeenCalled();
    bridge.link = { path: 'lab/analysis.ipynb', isLive: true };
    bridge.changed.emit();
    MessageLoop.flush();
    expect(item.node).toHaveTextContent(
      'Blood cells · linked to analysis.ipynb'
    );
    item.node.click();
    expect(click).toHaveBeenCalledWith('lab/analysis.ipynb');
    bridge.link.isLive = false;
    bridge.changed.emit();
    MessageLoop.flush();
    expect(item.node).toHaveTextContent('link to analysis.ipynb waits');
    expect(item.node.title).toContain('ds.show()');
    item.dispose();
  });
});
