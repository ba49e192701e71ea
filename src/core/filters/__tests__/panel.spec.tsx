import '@testing-library/jest-dom';
import {
  fireEvent,
  render,
  screen,
  waitFor,
  within
} from '@testing-library/react';
import * as React from 'react';
import type { IFacet } from '../../client/types';
import {
  DETAIL,
  fakeContext,
  fakeModel,
  VIEW
} from '../../components/__tests__/fakes';
import { FIRST_VALUES, MAX_VALUES } from '../facets/facetStore';
import { FiltersPanel, NoWorkspace } from '../FiltersPanel';
import { CommandIDs } from '../../tokens';

const CLASSES: IFacet = {
  field: 'class',
  level: 'annotations',
  type: 'values',
  label: 'Class',
  values: [
    { value: 'RBC', samples: 340, annotations: 4155, selected: false },
    { value: 'WBC', samples: 350, annotations: 372, selected: true },
    { value: null, samples: 4, annotations: null, selected: false }
  ],
  distinct: 30,
  bins: [],
  missing: 0,
  low: null,
  high: null
};
const BRIGHTNESS: IFacet = {
  ...CLASSES,
  field: 'brightness',
  level: 'samples',
  type: 'histogram',
  label: 'Brightness',
  values: [],
  distinct: 0,
  bins: [0, 50, 100, 150].map(low => ({
    low,
    high: low + 50,
    count: 10,
    total: 20
  })),
  missing: 3,
  low: 0,
  high: 200
};
const WBC = {
  op: 'compare' as const,
  field: 'class',
  cmp: '=' as const,
  value: 'WBC'
};

async function open(change = {}) {
  const facets = jest.fn().mockResolvedValue({
    version: 1,
    count: 61,
    total: 364,
    facets: [CLASSES, BRIGHTNESS]
  });
  const model = fakeModel({
    view: { ...VIEW, filter: WBC },
    predicate: "class = 'WBC'",
    ...change
  });
  const view = render(
    <FiltersPanel model={model} context={fakeContext({ facets })} />
  );
  await screen.findByText('RBC');
  return { ...view, model, facets };
}

function bar(container: HTMLElement, value: string): HTMLElement {
  return container.querySelector(
    `.vl-facet[data-field="class"] .vl-facet-value[data-value="${value}"]`
  )!;
}

describe('FiltersPanel', () => {
  beforeEach(() => localStorage.clear());

  it('shows the dataset, its counts and the conditions', async () => {
    const { container } = await open();
    expect(screen.getByRole('heading', { name: DETAIL.name })).toBeVisible();
    expect(
      screen.getByText('364 images · 4,888 annotations · 3 classes')
    ).toBeVisible();
    expect(container.querySelector('.vl-chip')).toHaveTextContent(
      'class = WBC'
    );
    expect(container.querySelector('.vl-header-line')).toHaveTextContent(
      '10 of 364 samples, 0 selected'
    );
  });

  it('adds, removes and counts values', async () => {
    const { container, model } = await open();
    expect(bar(container, 'RBC')).toHaveTextContent('340');
    expect(bar(container, 'WBC')).toHaveAttribute('aria-pressed', 'true');
    expect(bar(container, 'RBC').title).toContain('4,155 annotations');
    fireEvent.click(bar(container, 'RBC'));
    expect(model.setFilter).toHaveBeenLastCalledWith({
      op: 'in',
      field: 'class',
      values: ['WBC', 'RBC']
    });
    fireEvent.click(bar(container, 'WBC'));
    expect(model.setFilter).toHaveBeenLastCalledWith(null);
    fireEvent.click(bar(container, ''));
    expect(model.setFilter).toHaveBeenLastCalledWith({
      op: 'in',
      field: 'class',
      values: ['WBC', null]
    });
  });

  it('removes a condition by its chip and all of them', async () => {
    const { model } = await open();
    fireEvent.click(screen.getByLabelText('Remove class = WBC'));
    expect(model.setFilter).toHaveBeenCalledWith(null);
    fireEvent.click(screen.getByText('Clear all'));
    expect(model.clearFilters).toHaveBeenCalledTimes(1);
  });

  it('searches and deepens long facets', async () => {
    const { facets } = await open();
    fireEvent.click(screen.getByText('Show more (27)'));
    fireEvent.change(screen.getByLabelText('Search in Class'), {
      target: { value: 'pla' }
    });
    await waitFor(() =>
      expect(facets).toHaveBeenLastCalledWith(
        'blood',
        expect.objectContaining({
          fields: ['class'],
          limit: MAX_VALUES,
          search: 'pla'
        }),
        expect.anything()
      )
    );
  });

  it('draws a bounded part of a facet of 1,000 values', async () => {
    const values = Array.from({ length: 1000 }, (_, i) => ({
      value: `class ${i}`,
      samples: 1000 - i,
      annotations: null,
      selected: false
    }));
    const facets = jest.fn(async (_: string, { limit }: { limit: number }) => ({
      facets: [
        { ...CLASSES, values: values.slice(0, limit), distinct: values.length }
      ]
    }));
    const { container } = render(
      <FiltersPanel
        model={fakeModel()}
        context={fakeContext({ facets } as never)}
      />
    );
    await screen.findByText('class 0');
    const rows = () => container.querySelectorAll('.vl-facet-value').length;
    expect(rows()).toBe(FIRST_VALUES);
    fireEvent.click(screen.getByText('Show more (988)'));
    await screen.findByText('class 199');
    expect(rows()).toBe(MAX_VALUES);
    expect(MAX_VALUES).toBeLessThanOrEqual(200);
    expect(screen.getByText('800 more: search to find them.')).toBeVisible();
    fireEvent.click(screen.getByText('Show fewer'));
    await waitFor(() => expect(rows()).toBe(FIRST_VALUES));
  });

  it('sets a range by its ends', async () => {
    const { model } = await open();
    const low = screen.getByLabelText('Brightness: at least');
    fireEvent.change(low, { target: { value: '50' } });
    fireEvent.keyDown(low, { key: 'Enter' });
    expect(model.setFilter).toHaveBeenLastCalledWith(
      {
        op: 'and',
        args: [
          WBC,
          { op: 'compare', field: 'brightness', cmp: '>=', value: 50 }
        ]
      },
      'range:brightness'
    );
    fireEvent.change(low, { target: { value: 'dark' } });
    fireEvent.blur(low);
    expect(low).toHaveAttribute('aria-invalid', 'true');
    expect(model.setFilter).toHaveBeenCalledTimes(1);
  });

  it('sets a range by dragging', async () => {
    const { container, model } = await open();
    const plot = container.querySelector<SVGSVGElement>('.vl-histogram-plot')!;
    plot.setPointerCapture = jest.fn();
    plot.getBoundingClientRect = () => ({ left: 0, width: 200 }) as DOMRect;
    const pointer = (type: string, clientX: number): void => {
      fireEvent(
        plot,
        new MouseEvent(type, { bubbles: true, clientX, button: 0 })
      );
    };
    pointer('pointerdown', 60);
    pointer('pointermove', 120);
    pointer('pointerup', 140);
    expect(model.setFilter).toHaveBeenLastCalledWith(
      {
        op: 'and',
        args: [
          WBC,
          { op: 'compare', field: 'brightness', cmp: '>=', value: 50 },
          { op: 'compare', field: 'brightness', cmp: '<', value: 150 }
        ]
      },
      'range:brightness'
    );
  });

  it('keeps sections folded', async () => {
    const { unmount } = await open();
    const head = screen.getByRole('button', { name: 'Class' });
    fireEvent.click(head);
    expect(head).toHaveAttribute('aria-expanded', 'false');
    expect(screen.queryByText('RBC')).toBeNull();
    unmount();
    const model = fakeModel();
    const facets = jest.fn().mockResolvedValue({ facets: [CLASSES] });
    render(<FiltersPanel model={model} context={fakeContext({ facets })} />);
    expect(await screen.findByText('Class')).toHaveAttribute(
      'aria-expanded',
      'false'
    );
  });

  it('applies text on Enter and says what is wrong with it', async () => {
    const { model } = await open();
    const box = screen.getByLabelText('Filter as text');
    expect(box).toHaveValue("class = 'WBC'");
    model.setPredicate.mockResolvedValue({
      code: 'FIELD_UNKNOWN',
      message: "There is no field 'clas'.",
      hint: 'Did you mean class?',
      details: {},
      request_id: null
    });
    fireEvent.change(box, { target: { value: "clas = 'WBC'" } });
    fireEvent.keyDown(box, { key: 'Enter' });
    expect(await screen.findByText('Did you mean class?')).toBeVisible();
    expect(model.setPredicate).toHaveBeenCalledWith("clas = 'WBC'");
    fireEvent.keyDown(box, { key: 'Escape' });
    expect(box).toHaveValue("class = 'WBC'");
    expect(screen.queryByText('Did you mean class?')).toBeNull();
  });

  it('leaves the keys to the shortcuts, which would else act twice', async () => {
    const { container, model } = await open({ past: [VIEW] });
    const head = within(container).getByRole('button', { name: 'Class' });
    fireEvent.keyDown(head, { key: 'z' });
    expect(model.undo).not.toHaveBeenCalled();
    fireEvent.click(screen.getByLabelText('Undo'));
    expect(model.undo).toHaveBeenCalledTimes(1);
    expect(screen.getByLabelText('Redo')).toBeDisabled();
  });
});

describe('NoWorkspace', () => {
  it('leads to the datasets', () => {
    const context = fakeContext({});
    const execute = jest.fn();
    context.commands.addCommand(CommandIDs.showDatasets, { execute });
    render(<NoWorkspace context={context} />);
    fireEvent.click(screen.getByText('Show datasets'));
    expect(execute).toHaveBeenCalledTimes(1);
  });
});
