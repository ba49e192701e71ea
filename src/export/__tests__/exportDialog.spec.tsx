import '@testing-library/jest-dom';
import { fireEvent, render, screen } from '@testing-library/react';
import * as React from 'react';
import {
  fakeContext,
  state,
  trans
} from '../../core/components/__tests__/fakes';
import { ExportForm, type IExportChoice } from '../ExportForm';
import { requestOf, ExportReport } from '../exportDialog';

const CHOICE: IExportChoice = {
  extent: 'view',
  format: 'coco',
  path: ' out ',
  images: 'copy',
  source: 'ground_truth',
  task: 'segment'
};

describe('requestOf', () => {
  const selection = { level: 'annotations', ids: new Set([3]) } as const;
  const workspace = state({ selection });

  it('names the view, the selection or nothing', () => {
    expect(requestOf(workspace, CHOICE)).toEqual({
      path: 'out',
      format: 'coco',
      images: 'copy',
      source: 'ground_truth',
      options: {},
      view: workspace.shown
    });
    const selected = requestOf(workspace, { ...CHOICE, extent: 'selection' });
    expect(selected.ids).toEqual([3]);
    expect(selected.view?.level).toBe('annotations');
    expect(
      requestOf(workspace, { ...CHOICE, extent: 'dataset' })
    ).not.toHaveProperty('view');
  });

  it('gives YOLO its task', () => {
    const request = requestOf(workspace, { ...CHOICE, format: 'yolo' });
    expect(request.options).toEqual({ task: 'segment' });
  });
});

describe('ExportForm', () => {
  it('offers what there is and tells each change', async () => {
    const onChange = jest.fn();
    const folder = jest.fn().mockResolvedValue({ path: '', folders: [] });
    const written = { description: '', written: true };
    const formats = jest.fn().mockResolvedValue([
      { ...written, name: 'coco', label: 'COCO JSON' },
      { ...written, name: 'plugin:mine/lines', label: 'Lines' },
      {
        name: 'plugin:mine/read',
        label: 'Read',
        description: '',
        written: false
      }
    ]);
    render(
      <ExportForm
        choice={CHOICE}
        counts={{ selection: 0, view: 61, dataset: 364 }}
        sources={['ground_truth']}
        error={null}
        client={fakeContext({ folder, formats }).client}
        trans={trans}
        onChange={onChange}
      />
    );
    const texts = screen.getAllByRole('option').map(each => each.textContent);
    expect(texts.slice(0, 2)).toEqual([
      'The view (61)',
      'The whole dataset (364 samples)'
    ]);
    expect(screen.queryByLabelText('Task')).toBeNull();
    fireEvent.change(screen.getByLabelText('Format'), {
      target: { value: 'yolo' }
    });
    expect(screen.getByLabelText('Task')).toBeVisible();
    expect(onChange).toHaveBeenLastCalledWith({ ...CHOICE, format: 'yolo' });
    expect(await screen.findByRole('option', { name: 'Lines' })).toBeVisible();
    expect(screen.queryByRole('option', { name: 'Read' })).toBeNull();
    expect(screen.getAllByRole('option', { name: 'COCO JSON' })).toHaveLength(
      1
    );
  });
});

describe('ExportReport', () => {
  it('lists what was lost', () => {
    const { container } = render(
      <ExportReport
        trans={trans}
        report={{
          path: '/data/out',
          format: 'yolo',
          images: 43,
          annotations: 370,
          files: 87,
          issues: [
            {
              code: 'CROWD_LEFT_OUT',
              message: 'Crowds were left out.',
              count: 4,
              items: { 'a.jpg: person 1': 1, 'b.jpg: person 2': 3 }
            }
          ]
        }}
      />
    );
    expect(container.querySelector('summary')).toHaveTextContent(
      '4 Crowds were left out.'
    );
    const items = [...container.querySelectorAll('li')];
    expect(items.map(each => each.textContent)).toEqual([
      'a.jpg: person 1',
      'b.jpg: person 2 × 3'
    ]);
  });
});
