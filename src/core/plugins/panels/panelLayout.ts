/** Where a panel finds its room in the main area: beside another if both fit, else as a tab. */
import type { DockLayout, Widget } from '@lumino/widgets';

/** The main area as tabs and splits, as `ILabShell.saveLayout` tells it; null: it is empty. */
export type Area = DockLayout.AreaConfig | null;

/** What a notebook or another tab of Lab's needs at least, in CSS pixels. */
const OTHERS = 300;
/** Lumino's space between two areas, and a border. */
const GAP = 6;

/** Where to add a panel, as the shell's `add` takes it. */
export interface IPlace {
  readonly ref?: string;
  readonly mode: 'split-right' | 'tab-after';
}

/** A place that fits once the panels of `merged` are tabs there too. */
export interface IFittingPlace extends IPlace {
  readonly merged: readonly Widget[];
}

/** The width an area needs so that each of its tabs can be read when it is in front. */
export function widthNeeded(area: Area): number {
  if (area === null) {
    return 0;
  }
  if (area.type === 'tab-area') {
    return Math.max(0, ...area.widgets.map(widthOf));
  }
  const widths = area.children.map(widthNeeded);
  return area.orientation === 'vertical'
    ? Math.max(...widths)
    : widths.reduce((sum, width) => sum + width, GAP * (widths.length - 1));
}

/**
 * The first place where everything can be read.
 *
 * @param area - The main area without the panel.
 * @param width - Of the main area, in CSS pixels.
 * @param wished - Places for the panel, the best first.
 * @param ours - Our open panels, the one used last first.
 */
export function findPlace(
  panel: Widget,
  area: Area,
  width: number,
  wished: readonly IPlace[],
  ours: readonly Widget[]
): IFittingPlace {
  const tabs = ours.map(({ id }) => ({ ref: id, mode: 'tab-after' as const }));
  const place = [...wished, ...tabs].find(
    each => widthNeeded(insert(area, panel, each)) <= width
  );
  if (place) {
    return { ...place, merged: [] };
  }
  const { host, moved } = mergeTabs(area, width, ours, panel);
  return { ref: host?.id, mode: 'tab-after', merged: moved };
}

/**
 * Our panels as tabs of one area: that of the panel used last, or a notebook's where even this
 * would leave too little.
 *
 * @param ours - Our open panels, the one used last first.
 * @param more - One that will join them.
 */
export function mergeTabs(
  area: Area,
  width: number,
  ours: readonly Widget[],
  more?: Widget
): { host?: Widget; moved: Widget[] } {
  const all = more ? [...ours, more] : ours;
  const others = widgetsIn(area).filter(each => !ours.includes(each));
  const choices = [...ours.slice(0, 1), ...others].map(host => {
    const place = { ref: host.id, mode: 'tab-after' as const };
    const joined = all
      .filter(each => each !== host)
      .reduce((so, each) => insert(remove(so, each), each, place), area);
    return { host, needed: Math.max(width, widthNeeded(joined)) };
  });
  const least = Math.min(...choices.map(({ needed }) => needed));
  const host = choices.find(({ needed }) => needed === least)?.host;
  return { host, moved: ours.filter(each => each !== host) };
}

function widthOf(widget: Widget): number {
  const { minimumWidth } = widget as Widget & { minimumWidth?: number };
  return minimumWidth ?? OTHERS;
}

function widgetsIn(area: Area): Widget[] {
  if (area === null) {
    return [];
  }
  return area.type === 'tab-area'
    ? area.widgets
    : area.children.flatMap(widgetsIn);
}

/** The area with a widget more; without a known `ref` it is a tab of the first. */
function insert(area: Area, widget: Widget, place: IPlace): Area {
  const added = tabs([widget]);
  if (area === null) {
    return added;
  }
  if (area.type === 'tab-area') {
    return place.mode === 'tab-after'
      ? tabs([...area.widgets, widget])
      : split('horizontal', [area, added]);
  }
  const index = area.children.findIndex(each =>
    widgetsIn(each).some(({ id }) => id === place.ref)
  );
  return split(
    area.orientation,
    area.children.map((each, i) =>
      i === Math.max(index, 0) ? insert(each, widget, place)! : each
    )
  );
}

/** The area with a widget less. */
function remove(area: Area, widget: Widget): Area {
  if (area === null) {
    return null;
  }
  if (area.type === 'tab-area') {
    const rest = area.widgets.filter(each => each !== widget);
    return rest.length > 0 ? tabs(rest) : null;
  }
  const rest = area.children.flatMap(each => remove(each, widget) ?? []);
  return rest.length > 1 ? split(area.orientation, rest) : (rest[0] ?? null);
}

function tabs(widgets: Widget[]): DockLayout.ITabAreaConfig {
  return { type: 'tab-area', widgets, currentIndex: 0 };
}

function split(
  orientation: 'horizontal' | 'vertical',
  children: DockLayout.AreaConfig[]
): DockLayout.ISplitAreaConfig {
  const sizes = children.map(() => 1);
  return { type: 'split-area', orientation, children, sizes };
}
