import { fireEvent, render } from '@testing-library/react';
import * as React from 'react';
import type { MapModel } from '../../mapModel';
import { useMapKeys } from '../useMapKeys';
import { fakeHost, fakeMap, fakeView } from '../../__tests__/fakeMap';

jest.mock('../../points/makeWorker', () => ({}));

function Host(props: {
  options: Omit<Parameters<typeof useMapKeys>[0], 'host'>;
}): JSX.Element {
  const host = React.useRef<HTMLDivElement>(null);
  const onKeyDown = useMapKeys({ ...props.options, host });
  return (
    <div ref={host} className="host" onKeyDown={onKeyDown}>
      <input />
    </div>
  );
}

async function open() {
  const place = await fakeMap();
  const view = fakeView(place.map);
  const onMode = jest.fn();
  const around = jest.fn();
  const { container } = render(
    <div onKeyDown={around}>
      <Host options={{ ...place, view, onMode }} />
    </div>
  );
  const host = container.querySelector<HTMLElement>('.host')!;
  const { current } = fakeHost();
  for (const side of ['clientWidth', 'clientHeight'] as const) {
    Object.defineProperty(host, side, { value: current[side] });
  }
  const press = (key: string, change = {}): boolean =>
    !fireEvent.keyDown(host, { key, ...change });
  return { ...place, view, onMode, around, container, press };
}

function selected(map: MapModel, model: { select: jest.Mock }): number[] {
  expect(map.level).toBe('samples');
  return [...model.select.mock.lastCall[0]];
}

describe('useMapKeys', () => {
  it('moves and zooms', async () => {
    const { press, view } = await open();
    const { panBy, zoomBy } = view.renderer;
    ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'].forEach(key =>
      expect(press(key)).toBe(true)
    );
    expect(panBy.mock.calls).toEqual([
      [-0.1, 0],
      [0.1, 0],
      [0, 0.1],
      [0, -0.1]
    ]);
    ['+', '=', '-'].forEach(key => press(key));
    expect(zoomBy.mock.calls).toEqual([[1], [1], [-1]]);
    press('0');
    press('f');
    expect(view.reset).toHaveBeenCalledTimes(1);
    expect(view.fitSelection).toHaveBeenCalledTimes(1);
  });

  it('selects what is in sight, joined as Shift and Alt say', async () => {
    const { press, map, model } = await open();
    press('Enter');
    expect(selected(map, model)).toEqual([0, 1, 3, 4]);
    model.store.setState({
      selection: { level: 'samples', ids: new Set([0, 7]) }
    });
    press('Enter', { shiftKey: true });
    expect(selected(map, model)).toEqual([0, 1, 3, 4, 7]);
    press('Enter', { altKey: true });
    expect(selected(map, model)).toEqual([7]);
  });

  it('selects the whole view, and nothing', async () => {
    const { press, model, onMode } = await open();
    press('a', { ctrlKey: true });
    press('A', { metaKey: true });
    expect(model.selectAll).toHaveBeenCalledTimes(2);
    press('Escape');
    expect(model.clearSelection).toHaveBeenCalledTimes(1);
    expect(onMode).toHaveBeenCalledWith('pan');
  });

  it('changes what dragging does', async () => {
    const { press, onMode } = await open();
    ['l', 'b', 'v'].forEach(key => press(key));
    expect(onMode.mock.calls).toEqual([['lasso'], ['box'], ['pan']]);
  });

  it('leaves other keys, and those of what is in the map, alone', async () => {
    const { press, around, container, view } = await open();
    expect(press('f', { ctrlKey: true })).toBe(false);
    expect(press('q')).toBe(false);
    expect(view.fitSelection).not.toHaveBeenCalled();
    fireEvent.keyDown(container.querySelector('input')!, { key: '0' });
    expect(view.reset).not.toHaveBeenCalled();
    expect(around).toHaveBeenCalledTimes(3);
    press('0');
    expect(around).toHaveBeenCalledTimes(3);
  });
});
