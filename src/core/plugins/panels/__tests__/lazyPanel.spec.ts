import '@testing-library/jest-dom';
import { MessageLoop } from '@lumino/messaging';
import { Panel, Widget } from '@lumino/widgets';
import { trans } from '../../../components/__tests__/fakes';
import { LazyPanel } from '../lazyPanel';

const settle = () => new Promise(resolve => setTimeout(resolve, 50));

function attach(load: () => Promise<Widget>, hidden = false) {
  const panel = new LazyPanel({ trans, load });
  if (hidden) {
    panel.hide();
  }
  const parent = new Panel();
  parent.addWidget(panel);
  Widget.attach(parent, document.body);
  return panel;
}

describe('LazyPanel', () => {
  it('loads its content once, when it is first shown', async () => {
    const content = new Widget();
    const load = jest.fn().mockResolvedValue(content);
    const panel = attach(load, true);
    await settle();
    expect(load).not.toHaveBeenCalled();
    panel.show();
    await settle();
    panel.hide();
    panel.show();
    await settle();
    expect(load).toHaveBeenCalledTimes(1);
    expect(panel.node).toContainElement(content.node);
  });

  it('passes the activation on that came before the content', async () => {
    const content = new Widget();
    const activated = jest.spyOn(content, 'processMessage');
    const panel = attach(() => Promise.resolve(content));
    panel.activate();
    MessageLoop.flush();
    await settle();
    MessageLoop.flush();
    expect(activated).toHaveBeenCalledWith(
      expect.objectContaining({ type: 'activate-request' })
    );
  });

  it('leaves the keyboard where it went while the content was loaded', async () => {
    const content = new Widget();
    const activated = jest.spyOn(content, 'processMessage');
    const panel = attach(() => Promise.resolve(content));
    panel.activate();
    MessageLoop.flush();
    const elsewhere = document.body.appendChild(
      document.createElement('input')
    );
    elsewhere.focus();
    await settle();
    MessageLoop.flush();
    expect(panel.content).toBe(content);
    expect(activated).not.toHaveBeenCalledWith(
      expect.objectContaining({ type: 'activate-request' })
    );
    expect(elsewhere).toHaveFocus();
  });

  it('says what went wrong and tries again', async () => {
    const content = new Widget();
    const load = jest
      .fn()
      .mockRejectedValueOnce(new Error('chunk is missing'))
      .mockResolvedValue(content);
    const panel = attach(load);
    await settle();
    expect(panel.node).toHaveTextContent('chunk is missing');
    panel.node.querySelector('button')!.click();
    await settle();
    expect(panel.content).toBe(content);
    expect(panel.node).not.toHaveTextContent('chunk is missing');
  });

  it('disposes of content that comes too late', async () => {
    const content = new Widget();
    const panel = attach(() => Promise.resolve(content));
    panel.dispose();
    await settle();
    expect(content.isDisposed).toBe(true);
  });
});
