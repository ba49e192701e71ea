/** Facets of the current view: requested late, replies dropped when a newer question is out. */
import { errorBody, isAbort } from '../../client/errors';
import type { IClient } from '../../client/context';
import type {
  IErrorBody,
  IFacet,
  IFacetsRequest,
  IViewSpec
} from '../../client/types';

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
/** A longer list is searched, not scrolled. */
export const MAX_VALUES = 200;
const DELAY = 120;

function keyOf(question: IFacetQuestion): string {
  const { level, filter, where, sql, search, outcomes, all } = question.view;
  return JSON.stringify([
    question.dataset,
    question.datasetVersion,
    level,
    filter,
    where,
    sql,
    search,
    outcomes,
    all
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
    this._schedule(null);
  }

  /** Ask again after an error. */
  retry(): void {
    this._schedule(null);
  }

  depth(field: string): IFacetDepth {
    return this._depths.get(field) ?? { limit: FIRST_VALUES, search: '' };
  }

  /** Show more values of one facet, or those that hold a text. */
  setDepth(field: string, depth: IFacetDepth): void {
    this._depths.set(field, depth);
    this._publish({ ...this._state });
    this._schedule(field);
  }

  dispose(): void {
    window.clearTimeout(this._timer);
    this._abort?.abort();
    this._listeners.clear();
  }

  /** Ask soon: for one field, unless all are asked for already; null: for all. */
  private _schedule(field: string | null): void {
    this._only =
      field !== null && (this._only === undefined || this._only === field)
        ? field
        : null;
    window.clearTimeout(this._timer);
    this._abort?.abort();
    this._timer = window.setTimeout(() => void this._load(), this._delay);
  }

  private async _load(): Promise<void> {
    if (this._question === null) {
      return;
    }
    const { dataset, view } = this._question;
    const only = this._only;
    const abort = new AbortController();
    this._abort = abort;
    this._publish({ ...this._state, loading: true });
    const request = (more: IFacetsRequest) =>
      this._client.facets(dataset, { view, ...more }, abort.signal);
    try {
      const [all, ...deep] = await Promise.all([
        only === null ? request({ limit: FIRST_VALUES }) : this._state,
        ...[...this._depths]
          .filter(([field]) => only === null || field === only)
          .map(([field, { limit, search }]) =>
            request({ fields: [field], limit, search: search || null })
          )
      ]);
      if (this._abort !== abort) {
        return;
      }
      this._only = undefined;
      const deeper = new Map(
        deep.flatMap(reply => reply.facets.map(facet => [facet.field, facet]))
      );
      this._publish({
        facets: all.facets.map(facet => deeper.get(facet.field) ?? facet),
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
  /** The one field that is asked for; null: all; undefined: nothing is under way. */
  private _only: string | null | undefined = undefined;
  private _timer = 0;
  private _abort: AbortController | null = null;
}
