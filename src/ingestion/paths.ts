/** Paths of the server as the folder browser shows them. */
import type { IFolder } from '../core/client/types';

export interface ICrumb {
  readonly name: string;
  readonly path: string;
}

/** The last part of a path; the path itself where it has none. */
export function lastPart(path: string): string {
  return path.split('/').filter(Boolean).pop() ?? path;
}

/** The folders from the place a folder lies in down to itself. */
export function crumbs(folder: IFolder): ICrumb[] {
  const place =
    folder.places
      .filter(root => isWithin(folder.path, root))
      .sort((a, b) => b.length - a.length)[0] ?? folder.path;
  const rest = folder.path.slice(place.length).split('/').filter(Boolean);
  const base = place.replace(/\/$/, '');
  return [
    { name: lastPart(place), path: place },
    ...rest.map((name, i) => ({
      name,
      path: `${base}/${rest.slice(0, i + 1).join('/')}`
    }))
  ];
}

function isWithin(path: string, root: string): boolean {
  return path === root || path.startsWith(root.replace(/\/?$/, '/'));
}

/** What was typed, parted after its last slash: the folder to list and the start of a name. */
export function typedParts(text: string): { folder: string; start: string } {
  const cut = text.lastIndexOf('/') + 1;
  return { folder: text.slice(0, cut), start: text.slice(cut) };
}
