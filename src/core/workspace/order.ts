/** The samples of a view in order, whatever its level: what previous and next walk along. */
import type { IClient } from '../client/context';
import type { IViewSpec } from '../client/types';
import type { IWorkspaceState } from './types';

export class SampleOrder {
  constructor(private readonly _client: IClient) {}

  /** The sample `step` places after the one in focus; null: the view ends there. */
  async step(state: IWorkspaceState, step: number): Promise<number | null> {
    const ids = await this._samples(state);
    const index = state.focus === null ? -1 : ids.indexOf(state.focus);
    return ids[index < 0 ? 0 : index + step] ?? null;
  }

  /** The first selected sample, else the first of all; null: there is none. */
  async first(state: IWorkspaceState): Promise<number | null> {
    const { selection, ids, shown, dataset } = state;
    const selected =
      selection.level === shown.level
        ? ids.find(id => selection.ids.has(id))
        : undefined;
    if (selected === undefined) {
      return (await this._samples(state))[0] ?? null;
    }
    if (shown.level === 'samples') {
      return selected;
    }
    const { tiles } = await this._client.tiles(dataset, shown, [selected]);
    return tiles[0]?.sample_id ?? null;
  }

  /** Sample ids; of an annotation view, those its annotations lie on. */
  private _samples(state: IWorkspaceState): Promise<Uint32Array> {
    if (state.shown.level === 'samples') {
      return Promise.resolve(state.ids);
    }
    if (
      state.shown !== this._view ||
      state.datasetVersion !== this._datasetVersion
    ) {
      this._view = state.shown;
      this._datasetVersion = state.datasetVersion;
      // The sort may speak of annotations only, so the samples come in their own order.
      const spec: IViewSpec = { ...state.shown, level: 'samples', sort: [] };
      this._ids = this._client
        .view(state.dataset, spec)
        .then(answer => answer.ids);
    }
    return this._ids;
  }

  private _view: IViewSpec | null = null;
  private _datasetVersion = -1;
  private _ids: Promise<Uint32Array> = Promise.resolve(new Uint32Array());
}
