/** Addresses that open a view: `<lab>?visionlens=<dataset>&view=<base64url of its JSON>[&map]`. */
import { URLExt } from '@jupyterlab/coreutils';
import type { IViewSpec } from '../client/types';
import { NAMESPACE } from '../tokens';

const VIEW = 'view';
const SAVED = 'saved';
const MAP = 'map';

/** What an address asks for. */
export interface ILink {
  readonly dataset: string;
  /** The view; undefined: none is named, null: it is damaged. */
  readonly view?: IViewSpec | null;
  /** The name of a saved view. */
  readonly saved?: string;
  /** Whether the map shall stand beside the grid. */
  readonly map?: boolean;
}

/** The address that opens a view of a dataset below a Lab's address. */
export function viewLink(
  base: string,
  dataset: string,
  view: IViewSpec
): string {
  return (
    URLExt.join(base, 'lab') +
    URLExt.objectToQueryString({ [NAMESPACE]: dataset, [VIEW]: encode(view) })
  );
}

/** What the address asks for; null: nothing of ours. */
export function readLink(url: URL): ILink | null {
  const dataset = url.searchParams.get(NAMESPACE);
  if (!dataset) {
    return null;
  }
  const view = url.searchParams.get(VIEW);
  const saved = url.searchParams.get(SAVED);
  return {
    dataset,
    ...(view !== null && { view: decode(view) }),
    ...(saved !== null && { saved }),
    ...(url.searchParams.has(MAP) && { map: true })
  };
}

/** What differs from a view of everything, as base64url of UTF-8 JSON. */
function encode(view: IViewSpec): string {
  const { level, filter, where, sql, sort, all, search, outcomes } = view;
  const json = JSON.stringify({
    ...(level !== 'samples' && { level }),
    ...(filter && { filter }),
    ...(where && { where }),
    ...(sql && { sql }),
    ...(sort.length > 0 && { sort }),
    ...(all && { all }),
    ...(search && { search }),
    ...(outcomes && { outcomes })
  });
  const bytes = new TextEncoder().encode(json);
  const binary = Array.from(bytes, byte => String.fromCharCode(byte)).join('');
  return btoa(binary)
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '');
}

/** The view of a link; null: it is damaged. Whether its fields exist is for the server to say. */
function decode(text: string): IViewSpec | null {
  try {
    const binary = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
    const bytes = Uint8Array.from(binary, char => char.charCodeAt(0));
    const json = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const parsed = JSON.parse(json) as Partial<IViewSpec> | null;
    const view: IViewSpec = {
      level: 'samples',
      filter: null,
      where: null,
      sql: null,
      sort: [],
      all: false,
      search: null,
      outcomes: null,
      ...parsed
    };
    return isView(parsed, view) ? view : null;
  } catch {
    return null;
  }
}

function isView(parsed: unknown, view: IViewSpec): boolean {
  const isText = (value: unknown): boolean =>
    value === null || typeof value === 'string';
  return (
    typeof parsed === 'object' &&
    parsed !== null &&
    !Array.isArray(parsed) &&
    Object.keys(view).length === 8 &&
    ['samples', 'annotations'].includes(view.level) &&
    typeof view.filter === 'object' &&
    typeof view.search === 'object' &&
    typeof view.outcomes === 'object' &&
    isText(view.where) &&
    isText(view.sql) &&
    typeof view.all === 'boolean' &&
    Array.isArray(view.sort) &&
    view.sort.every(key => typeof key?.field === 'string')
  );
}
