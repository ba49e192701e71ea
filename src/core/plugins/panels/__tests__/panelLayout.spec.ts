import { Widget } from '@lumino/widgets';
import { type Area, mergeTabs, findPlace, widthNeeded } from '../panelLayout';

const WIDTHS = {
  grid: 360,
  map: 360,
  sample: 420,
  duplicates: 480,
  evaluation: 480
};
type PanelKind = keyof typeof WIDTHS;
const KINDS = Object.keys(WIDTHS) as PanelKind[];

function panel(kind: PanelKind): Widget {
  const widget = Object.assign(new Widget(), { minimumWidth: WIDTHS[kind] });
  widget.id = kind;
  return widget;
}

function notebook(): Widget {
  const widget = new Widget();
  widget.id = 'notebook';
  return widget;
}

const tabs = (...widgets: Widget[]): Area => ({
  type: 'tab-area',
  widgets,
  currentIndex: 0
});
const row = (...children: Area[]): Area => ({
  type: 'split-area',
  orientation: 'horizontal',
  children: children as never,
  sizes: children.map(() => 1)
});
const column = (...children: Area[]): Area =>
  ({
    ...(row(...children) as object),
    orientation: 'vertical'
  }) as Area;

const RIGHT_OF_GRID = [{ ref: 'grid', mode: 'split-right' as const }];

describe('the width that is needed', () => {
  it('is that of the widest tab, of all in a row, of the widest in a column', () => {
    const [grid, evaluation] = [panel('grid'), panel('evaluation')];
    expect(widthNeeded(null)).toBe(0);
    expect(widthNeeded(tabs(grid, evaluation))).toBe(480);
    expect(widthNeeded(row(tabs(grid), tabs(evaluation)))).toBe(846);
    expect(widthNeeded(column(tabs(grid), tabs(evaluation)))).toBe(480);
    expect(widthNeeded(row(tabs(notebook()), tabs(grid)))).toBe(666);
  });
});

describe('the room for a panel', () => {
  const grid = panel('grid');

  it('is where it is wished, if both can be read there', () => {
    const room = (width: number) =>
      findPlace(panel('evaluation'), tabs(grid), width, RIGHT_OF_GRID, [grid]);
    expect(room(846)).toEqual({ ...RIGHT_OF_GRID[0], merged: [] });
    expect(room(845)).toEqual({ ref: 'grid', mode: 'tab-after', merged: [] });
  });

  it('is a tab of the panel used last among those where it fits', () => {
    const map = panel('map');
    const area = row(tabs(grid), tabs(map));
    const room = (width: number, ours: Widget[]) =>
      findPlace(panel('sample'), area, width, [], ours);
    expect(room(786, [map, grid]).ref).toBe('map');
    expect(room(786, [grid, map]).ref).toBe('grid');
  });

  it('is among all of ours as tabs, where it would squeeze its neighbour', () => {
    const map = panel('map');
    const area = row(tabs(grid), tabs(map));
    const room = findPlace(panel('evaluation'), area, 740, [], [map, grid]);
    expect(room).toEqual({ ref: 'map', mode: 'tab-after', merged: [grid] });
  });

  it('is in the notebook’s area, where beside it is too little', () => {
    const area = row(tabs(notebook()), tabs(grid));
    const room = findPlace(panel('evaluation'), area, 700, RIGHT_OF_GRID, [
      grid
    ]);
    expect(room).toEqual({
      ref: 'notebook',
      mode: 'tab-after',
      merged: [grid]
    });
  });

  it('is the first of an empty area, however narrow', () => {
    expect(findPlace(grid, null, 100, [{ mode: 'tab-after' }], [])).toEqual({
      ref: undefined,
      mode: 'tab-after',
      merged: []
    });
  });

  it('fits in any order, wherever one panel fits', () => {
    for (let round = 0; round < 200; round++) {
      // A fixed shuffle for each round and width.
      const order = [...KINDS].sort(
        (a, b) =>
          Math.sin(round * 7 + a.length * 3 + a.charCodeAt(0)) -
          Math.sin(round * 7 + b.length * 3 + b.charCodeAt(0))
      );
      const width = 480 + ((round * 53) % 1400);
      let area: Area = round % 2 ? tabs(notebook()) : null;
      let ours: Widget[] = [];
      for (const kind of order) {
        const added = panel(kind);
        const wished = ours.slice(0, 1).map(({ id }) => ({
          ref: id,
          mode: 'split-right' as const
        }));
        const room = findPlace(added, area, width, wished, ours);
        const all = [...room.merged, added];
        area = placed(area, all, room.ref, room.mode);
        expect(widthNeeded(area)).toBeLessThanOrEqual(width);
        ours = [added, ...ours];
      }
    }
  });
});

describe('gathering', () => {
  it('leaves the panel used last where it is', () => {
    const [grid, map] = [panel('grid'), panel('map')];
    const area = row(tabs(grid), tabs(map));
    expect(mergeTabs(area, 400, [map, grid])).toEqual({
      host: map,
      moved: [grid]
    });
  });
});

/** What the shell would make of it. */
function placed(
  area: Area,
  widgets: Widget[],
  ref: string | undefined,
  mode: string
): Area {
  const rest = without(area, widgets);
  if (rest === null) {
    return tabs(...widgets);
  }
  const visit = (each: NonNullable<Area>): NonNullable<Area> => {
    if (each.type === 'split-area') {
      return { ...each, children: each.children.map(visit) };
    }
    if (!each.widgets.some(({ id }) => id === ref)) {
      return each;
    }
    return mode === 'tab-after'
      ? tabs(...each.widgets, ...widgets)!
      : row(each, tabs(...widgets))!;
  };
  return visit(rest);
}

function without(area: Area, widgets: Widget[]): Area {
  if (area === null) {
    return null;
  }
  if (area.type === 'tab-area') {
    const rest = area.widgets.filter(each => !widgets.includes(each));
    return rest.length > 0 ? tabs(...rest) : null;
  }
  const rest = area.children
    .map(each => without(each, widgets))
    .filter(each => each !== null);
  return rest.length > 1 ? row(...rest) : (rest[0] ?? null);
}
