/** The user's settings as an external store. */
import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import { Signal } from '@lumino/signaling';
import type { ISettings, IVisionLensSettings } from '../client/context';

/** Changes are stored when there were none for this long, in milliseconds. */
const SAVE_MS = 300;

const DEFAULTS: ISettings = {
  tileSize: 176,
  overlays: true,
  labels: true,
  confidences: true,
  opacity: 0.3,
  outlineOnly: false,
  onlyMatching: true,
  captions: true
};

/** Of what is stored, what panels read and is set. */
function chosen(values: Partial<ISettings>): Partial<ISettings> {
  const keys = Object.keys(DEFAULTS) as (keyof ISettings)[];
  return Object.fromEntries(
    keys.filter(key => values[key] !== undefined).map(key => [key, values[key]])
  );
}

export class Settings implements IVisionLensSettings {
  readonly get = (): ISettings => this._values;

  readonly subscribe = (listener: () => void): (() => void) => {
    this._changed.connect(listener);
    return () => {
      this._changed.disconnect(listener);
    };
  };

  /** Applies at once; what a slider passes over is not stored. */
  readonly set = (change: Partial<ISettings>): void => {
    this._unsaved = { ...this._unsaved, ...change };
    this._update({ ...this._values, ...change });
    clearTimeout(this._timer);
    this._timer = setTimeout(() => this._save(), SAVE_MS);
  };

  /** Read from and write to what JupyterLab keeps. */
  connect(stored: ISettingRegistry.ISettings): void {
    this._stored = stored;
    const read = (): void => {
      const kept = chosen(stored.composite as Partial<ISettings>);
      this._update({ ...DEFAULTS, ...kept, ...this._unsaved });
    };
    stored.changed.connect(read);
    read();
  }

  private _save(): void {
    const unsaved = this._unsaved;
    this._unsaved = {};
    for (const [key, value] of Object.entries(unsaved)) {
      this._stored?.set(key, value).catch(reason => {
        console.warn(`VisionLens: the setting ${key} was not saved`, reason);
      });
    }
  }

  private _update(values: ISettings): void {
    const keys = Object.keys(values) as (keyof ISettings)[];
    if (keys.some(key => values[key] !== this._values[key])) {
      this._values = values;
      this._changed.emit();
    }
  }

  private _unsaved: Partial<ISettings> = {};
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private readonly _changed = new Signal<this, void>(this);
  private _values = DEFAULTS;
  private _stored: ISettingRegistry.ISettings | null = null;
}
