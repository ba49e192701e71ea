/** What capabilities put into the panels of the core. */
import type { ISlotProps, ISlots, SlotComponent } from '../../client/context';

type Name = keyof ISlotProps;

interface IEntry {
  readonly load: () => Promise<unknown>;
  component?: unknown;
}

export class Slots implements ISlots {
  add<Slot extends Name>(
    name: Slot,
    load: () => Promise<SlotComponent<Slot>>
  ): void {
    this._entries.set(name, [...this._in(name), { load }]);
  }

  async load(...names: Name[]): Promise<void> {
    const entries = names.flatMap(name => this._in(name));
    await Promise.all(
      entries.map(async entry => {
        entry.component ??= await entry.load();
      })
    );
  }

  loaded<Slot extends Name>(name: Slot): readonly SlotComponent<Slot>[] {
    return this._in(name).flatMap(({ component }) =>
      component ? [component as SlotComponent<Slot>] : []
    );
  }

  private _in(name: Name): readonly IEntry[] {
    return this._entries.get(name) ?? [];
  }

  private readonly _entries = new Map<Name, readonly IEntry[]>();
}
