/** REST: changes of labels by hand. */
import { path, type Transport } from '../core/client/transport';
import type { ILabelEdits } from '../core/client/context';
import type {
  IEditDone,
  IEditRequest,
  IHistoryEntry
} from '../core/client/types';

/** The part of the REST API that changes labels; rejects with `VisionLensError`. */
export class LabelsClient implements ILabelEdits {
  constructor(private readonly _transport: Transport) {}

  edit(dataset: string, request: IEditRequest): Promise<IEditDone> {
    return this._post(dataset, request);
  }

  undo(dataset: string): Promise<IEditDone> {
    return this._post(dataset, undefined, 'undo');
  }

  redo(dataset: string): Promise<IEditDone> {
    return this._post(dataset, undefined, 'redo');
  }

  async history(dataset: string, limit = 100): Promise<IHistoryEntry[]> {
    const answer = await this._transport.json<{ entries: IHistoryEntry[] }>(
      path('datasets', dataset, 'edits'),
      { query: { limit: `${limit}` } }
    );
    return answer.entries;
  }

  private _post(
    dataset: string,
    body: unknown,
    ...rest: string[]
  ): Promise<IEditDone> {
    return this._transport.json(path('datasets', dataset, 'edits', ...rest), {
      method: 'POST',
      body
    });
  }
}
