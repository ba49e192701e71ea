/** The grid's mouse: selecting as file managers do, opening by double click. */
import type * as React from 'react';
import type { IWorkspaceModel } from '../workspace/types';

interface IGridPointer {
  readonly model: IWorkspaceModel;
  readonly setActive: (index: number) => void;
  /** The sample a tile belongs to, once it is known. */
  readonly sampleOf: (id: number) => number | undefined;
  readonly open: (id: number) => void;
}

function tileOf(event: React.MouseEvent): { id: number; index: number } | null {
  const tile = (event.target as Element).closest<HTMLElement>('.vl-tile');
  return (
    tile && { id: Number(tile.dataset.id), index: Number(tile.dataset.index) }
  );
}

export function gridPointer(
  options: IGridPointer
): Required<
  Pick<React.DOMAttributes<HTMLElement>, 'onClick' | 'onDoubleClick'>
> {
  const { model, setActive, sampleOf, open } = options;
  return {
    onClick: event => {
      const tile = tileOf(event);
      if (tile === null) {
        return;
      }
      setActive(tile.index);
      if (event.shiftKey) {
        model.selectTo(tile.id);
      } else if (event.ctrlKey || event.metaKey) {
        model.toggle(tile.id);
      } else {
        model.select([tile.id]);
        model.setFocus(sampleOf(tile.id) ?? null);
      }
    },
    onDoubleClick: event => {
      const tile = tileOf(event);
      if (tile !== null) {
        open(tile.id);
      }
    }
  };
}
