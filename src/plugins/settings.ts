/** The user's settings as an external store. */
import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import { Signal } from '@lumino/signaling';
import type { ISettings, IVisionLensSettings } from '../client/context';

const DEFAULTS: ISettings = {
  tileSize: 176,
  overlays: true,
  labels: true,
  captions: true
};

export class Settings implements IVisionLensSettings {
  readonly get = (): ISettings => this._values;

  readonly subscribe = (listener: () => void): (() => void) => {
    this._changed.connect(listener);
    return () => {
      this._changed.disconnect(listener);
    };
  };

  readonly set = (change: Partial<ISettings>): void => {
    this._update({ ...this._values, ...change });
    for (const [key, value] of Object.entries(change)) {
      this._stored?.set(key, value).catch(reason => {
        console.warn(`VisionLens: the setting ${key} was not saved`, reason);
      });
    }
  };

  /** Read from and write to what JupyterLab keeps. */
  connect(stored: ISettingRegistry.ISettings): void {
    this._stored = stored;
    const read = (): void => {
      const values = stored.composite as Partial<ISettings>;
      this._update({
        tileSize: values.tileSize ?? DEFAULTS.tileSize,
        overlays: values.overlays ?? DEFAULTS.overlays,
        labels: values.labels ?? DEFAULTS.labels,
        captions: values.captions ?? DEFAULTS.captions
      });
    };
    stored.changed.connect(read);
    read();
  }

  private _update(values: ISettings): void {
    const keys = Object.keys(values) as (keyof ISettings)[];
    if (keys.some(key => values[key] !== this._values[key])) {
      this._values = values;
      this._changed.emit();
    }
  }

  private readonly _changed = new Signal<this, void>(this);
  private _values = DEFAULTS;
  private _stored: ISettingRegistry.ISettings | null = null;
}
