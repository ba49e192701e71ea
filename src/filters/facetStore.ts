/** Facets of the current view: requested late, replies dropped when a newer question is out. */
import { errorBody, isAbort } from '../client/errors';
import type { IClient } from '../client/context';
import type {
  IErrorBody,
  IFacet,
  IFacetsRequest,
  IViewSpec
} from '../client/types';

/** What a facet shows beyond its first values. */
export interface IFacetDepth {
  readonly limit: number;
  readonly search: string;
}

export interface IFacetState {
  /** The last picture; stays until the next is ready. */
  readonly facets: readonly IFacet[];
  readonly loading: boolean;
  readonly error: IErrorBody | null;
}

/** What facets are asked for; equal questions are asked once. */
export interface IFacetQuestion {
  readonly dataset: string;
  readonly datasetVersion: number;
  readonly view: IViewSpec;
}

export const FIRST_VALUES = 12;
export const MORE_VALUES = 200;
const DELAY = 120;

function keyOf(question: IFacetQuestion): string {
  const { level, filter, where } = question.view;
  return JSON.stringify([
    question.dataset,
    question.datasetVersion,
    level,
    filter,
    where
  ]);
}

export class FacetStore {
  constructor(
    private readonly _client: Pick<IClient, 'facets'>,
    private readonly _delay = DELAY
  ) {}

  readonly get = (): IFacetState => this._state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this._listeners.add(listener);
    return () => this._listeners.delete(listener);
  };

  /** Ask for the facets of a view; another dataset starts from an empty picture. */
  ask(question: IFacetQuestion): void {
    const key = keyOf(question);
    if (key === this._key) {
      return;
    }
    if (question.dataset !== this._question?.dataset) {
      this._depths.clear();
      this._publish({ facets: [], loading: true, error: null });
    }
    this._key = key;
    this._question = question;
    this._schedule();
  }

  /** Ask again after an error. */
  retry(): void {
    this._schedule();
  }

  depth(field: string): IFacetDepth {
    return this._depths.get(field) ?? { limit: FIRST_VALUES, search: '' };
  }

  /** Show more values of one facet, or those that hold a text. */
  setDepth(field: string, depth: IFacetDepth): void {
    this._depths.set(field, depth);
    this._publish({ ...this._state });
    this._schedule();
  }

  dispose(): void {
    window.clearTimeout(this._timer);
    this._abort?.abort();
    this._listeners.clear();
  }

  private _schedule(): void {
    window.clearTimeout(this._timer);
    this._abort?.abort();
    this._timer = window.setTimeout(() => void this._load(), this._delay);
  }

  private async _load(): Promise<void> {
    if (this._question === null) {
      return;
    }
    const { dataset, view } = this._question;
    const abort = new AbortController();
    this._abort = abort;
    this._publish({ ...this._state, loading: true });
    const request = (more: IFacetsRequest) =>
      this._client.facets(dataset, { view, ...more }, abort.signal);
    try {
      const replies = await Promise.all([
        request({ limit: FIRST_VALUES }),
        ...[...this._depths].map(([field, { limit, search }]) =>
          request({ fields: [field], limit, search: search || null })
        )
      ]);
      if (this._abort !== abort) {
        return;
      }
      const deeper = new Map(
        replies
          .slice(1)
          .flatMap(reply => reply.facets.map(facet => [facet.field, facet]))
      );
      this._publish({
        facets: replies[0].facets.map(
          facet => deeper.get(facet.field) ?? facet
        ),
        loading: false,
        error: null
      });
    } catch (reason) {
      if (this._abort === abort && !isAbort(reason)) {
        this._publish({
          ...this._state,
          loading: false,
          error: errorBody(reason)
        });
      }
    }
  }

  private _publish(state: IFacetState): void {
    this._state = state;
    this._listeners.forEach(listener => listener());
  }

  private _state: IFacetState = { facets: [], loading: true, error: null };
  private _key = '';
  private _question: IFacetQuestion | null = null;
  private _depths = new Map<string, IFacetDepth>();
  private _listeners = new Set<() => void>();
  private _timer = 0;
  private _abort: AbortController | null = null;
}
