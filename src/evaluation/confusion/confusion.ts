/** A confusion matrix from its cells that are not zero. */
import type { IClassMetrics, IConfusionCell } from '../client';
import type { ICell } from '../../core/client/types';

export type Order = 'errors' | 'support' | 'name';
/** What the heat of a cell means: its count, or its share of the labels of its row. */
export type Heat = 'count' | 'share';

export interface IMatrix {
  /** Classes of rows and columns; null, the background, comes last. */
  readonly classes: readonly (string | null)[];
  /** Cells by row and column, those that are not zero. */
  readonly cells: readonly IPlacedCell[];
  /** Classes that are left out. */
  readonly hidden: number;
}

export interface IPlacedCell extends IConfusionCell {
  readonly row: number;
  readonly column: number;
  /** 0 to 1, among the cells beside the diagonal. */
  readonly heat: number;
}

/** Whether label and prediction agree. */
export function isRight(cell: ICell): boolean {
  return cell.true !== null && cell.true === cell.predicted;
}

/** Wrong pairs, missed labels and invented objects of each class. */
export function errorCounts(
  cells: readonly IConfusionCell[]
): ReadonlyMap<string, number> {
  const errors = new Map<string, number>();
  for (const cell of cells) {
    if (!isRight(cell)) {
      for (const name of [cell.true, cell.predicted]) {
        if (name !== null) {
          errors.set(name, (errors.get(name) ?? 0) + cell.count);
        }
      }
    }
  }
  return errors;
}

/** The matrix of the first `limit` classes in an order. */
export function matrixOf(
  cells: readonly IConfusionCell[],
  perClass: readonly Pick<IClassMetrics, 'name' | 'support'>[],
  options: { order: Order; limit: number; heat: Heat }
): IMatrix {
  const errors = errorCounts(cells);
  const support = new Map(perClass.map(row => [row.name, row.support]));
  const named = cells.flatMap(cell => [cell.true, cell.predicted]);
  const all = new Set([...support.keys(), ...named]);
  all.delete(null);
  const rank: Record<Order, (name: string) => number> = {
    errors: name => errors.get(name) ?? 0,
    support: name => support.get(name) ?? 0,
    name: () => 0
  };
  const value = rank[options.order];
  const names = ([...all] as string[])
    .sort((a, b) => value(b) - value(a) || a.localeCompare(b))
    .slice(0, options.limit);
  const classes = [...names, null];
  const place = new Map(classes.map((name, i) => [name, i]));
  const rows = new Map<string | null, number>();
  for (const cell of cells) {
    rows.set(cell.true, (rows.get(cell.true) ?? 0) + cell.count);
  }
  const weigh = (cell: IConfusionCell): number =>
    options.heat === 'count' ? cell.count : cell.count / rows.get(cell.true)!;
  const shown = cells.filter(
    cell => place.has(cell.true) && place.has(cell.predicted) && cell.count > 0
  );
  const wrong = shown.filter(cell => !isRight(cell)).map(weigh);
  const most = wrong.reduce((a, b) => Math.max(a, b), 0) || 1;
  return {
    classes,
    cells: shown.map(cell => ({
      ...cell,
      row: place.get(cell.true)!,
      column: place.get(cell.predicted)!,
      heat: isRight(cell) ? 0 : weigh(cell) / most
    })),
    hidden: all.size - names.length
  };
}

/** The most frequent wrong pairs; `background`: missed and invented objects too. */
export function topConfusions(
  cells: readonly IConfusionCell[],
  count: number,
  background: boolean
): IConfusionCell[] {
  return cells
    .filter(
      cell =>
        !isRight(cell) &&
        cell.count > 0 &&
        (background || (cell.true !== null && cell.predicted !== null))
    )
    .sort((a, b) => b.count - a.count)
    .slice(0, count);
}
