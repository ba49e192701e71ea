import '@testing-library/jest-dom';
import { act, fireEvent, render, screen } from '@testing-library/react';
import * as React from 'react';
import { MapToolbar } from '../MapToolbar';
import { fakeMap, fakeView, PROJECTION, settled } from './fakeMap';

jest.mock('../points/makeWorker', () => ({}));

const PCA = {
  ...PROJECTION,
  projection: 'p0',
  method: 'pca',
  dimensions: 3,
  created_at: '0'
};

async function open(change: Parameters<typeof fakeMap>[0] = {}) {
  const place = await fakeMap({ projections: [PROJECTION, PCA], ...change });
  const view = fakeView(place.map);
  const onMode = jest.fn();
  render(<MapToolbar {...place} view={view} mode="pan" onMode={onMode} />);
  return { ...place, view, onMode };
}

describe('MapToolbar', () => {
  it('shows another projection', async () => {
    const { embeddings, map } = await open();
    const projection = screen.getByLabelText('Projection');
    expect(projection).toHaveValue('p1');
    expect(screen.getByText('clip · PCA 3-D')).toBeInTheDocument();
    fireEvent.change(projection, { target: { value: 'p0' } });
    await act(settled);
    expect((embeddings.points as jest.Mock).mock.lastCall[1]).toBe('p0');
    expect(map.store.getState().points?.dimensions).toBe(3);
    expect(projection).toHaveValue('p0');
  });

  it('offers no choice of one', async () => {
    await open({ projections: [PROJECTION] });
    expect(screen.queryByLabelText('Projection')).toBeNull();
  });

  it('colours by a field of the dataset, or by none', async () => {
    const { embeddings, map } = await open();
    const colour = screen.getByLabelText('Colour by');
    expect(colour).toHaveValue('class');
    expect(screen.getByText('Colour: Brightness')).toBeInTheDocument();
    fireEvent.change(colour, { target: { value: 'brightness' } });
    await act(settled);
    expect((embeddings.colors as jest.Mock).mock.lastCall[1]).toEqual({
      field: 'brightness',
      level: 'samples'
    });
    fireEvent.change(colour, { target: { value: '' } });
    await act(settled);
    expect(map.store.getState()).toMatchObject({
      colorBy: null,
      coloring: null
    });
  });

  it('keeps the name of a colour that is gone', async () => {
    const { map } = await open();
    await act(() => map.colorBy('cluster'));
    expect(screen.getByLabelText('Colour by')).toHaveValue('cluster');
    expect(screen.getByText('Colour: cluster')).toBeInTheDocument();
  });

  it('says what dragging does', async () => {
    const { onMode } = await open();
    expect(screen.getByText('Move')).toHaveAttribute('aria-pressed', 'true');
    fireEvent.click(screen.getByText('Lasso'));
    fireEvent.click(screen.getByText('Box'));
    expect(onMode.mock.calls).toEqual([['lasso'], ['box']]);
  });

  it('goes to the selection where there is one, and back', async () => {
    const { model, view } = await open();
    const selection = screen.getByText('To selection');
    expect(selection).toBeDisabled();
    act(() => model.store.setState({ selectedInView: 2 }));
    fireEvent.click(selection);
    expect(view.fitSelection).toHaveBeenCalledTimes(1);
    fireEvent.click(screen.getByText('All'));
    expect(view.reset).toHaveBeenCalledTimes(1);
  });

  it('starts a job for another one, and closes its form', async () => {
    const { embeddings } = await open();
    fireEvent.click(screen.getByText('New…'));
    await act(settled);
    await act(async () => {
      fireEvent.click(screen.getByRole('button', { name: 'Project' }));
    });
    expect(embeddings.startJob).toHaveBeenCalledTimes(1);
    expect(screen.queryByRole('dialog')).toBeNull();
  });
});
