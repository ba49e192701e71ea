import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import { Signal } from '@lumino/signaling';
import { Settings } from '../settings';

function stored(composite: Record<string, unknown>) {
  const settings = {
    composite,
    set: jest.fn().mockResolvedValue(undefined)
  } as Record<string, unknown>;
  const changed = new Signal<unknown, void>(settings);
  settings.changed = changed;
  return { settings: settings as never as ISettingRegistry.ISettings, changed };
}

describe('Settings', () => {
  it('has defaults, and reads what the user stored', () => {
    const settings = new Settings();
    expect(settings.get().overlays).toBe(true);
    const listener = jest.fn();
    const unsubscribe = settings.subscribe(listener);
    const composite: Record<string, unknown> = { tileSize: 99 };
    const { settings: registry, changed } = stored(composite);
    settings.connect(registry);
    expect(settings.get()).toMatchObject({ tileSize: 99, overlays: true });
    composite.overlays = false;
    changed.emit();
    expect(settings.get().overlays).toBe(false);
    expect(listener).toHaveBeenCalledTimes(2);
    changed.emit();
    expect(listener).toHaveBeenCalledTimes(2);
    unsubscribe();
  });

  it('applies a change at once and stores where a drag rests', () => {
    jest.useFakeTimers();
    const settings = new Settings();
    const { settings: registry, changed } = stored({});
    settings.connect(registry);
    settings.set({ opacity: 0.5 });
    settings.set({ opacity: 0.6 });
    expect(settings.get().opacity).toBe(0.6);
    changed.emit();
    expect(settings.get().opacity).toBe(0.6);
    expect(registry.set).not.toHaveBeenCalled();
    jest.runAllTimers();
    expect((registry.set as jest.Mock).mock.calls).toEqual([['opacity', 0.6]]);
    jest.useRealTimers();
  });
});
