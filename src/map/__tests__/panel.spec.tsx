import '@testing-library/jest-dom';
import { act, fireEvent, render, screen } from '@testing-library/react';
import * as React from 'react';
import { VIEW } from '../../core/components/__tests__/fakes';
import { CommandIDs } from '../../core/tokens';
import { dragFiles, imageFile } from '../../ingestion/uploads/__tests__/fakes';
import { createMapPanel } from '..';
import { createRenderer } from '../deck/load';
import { MapPanel } from '../MapPanel';
import { fakePlace, fakeRenderer, PROJECTION } from './fakeMap';

jest.mock('../points/makeWorker', () => ({
  makeWorker: () => ({ postMessage: () => undefined, terminate: () => 0 })
}));
jest.mock('../deck/load', () => ({ createRenderer: jest.fn() }));

const make = createRenderer as jest.Mock;

async function open(change: Parameters<typeof fakePlace>[0] = {}) {
  const renderer = fakeRenderer();
  make.mockResolvedValue(renderer);
  const place = fakePlace(change);
  const view = render(<MapPanel model={place.model} context={place.context} />);
  await act(async () => undefined);
  return { ...place, ...view, renderer };
}

const NONE = { projections: [] };

describe('MapPanel', () => {
  beforeEach(() => make.mockReset());

  it('draws the newest projection, its legend below it', async () => {
    const { renderer, container, unmount } = await open();
    expect(renderer.setPoints).toHaveBeenCalledWith(
      expect.objectContaining({ count: 4, dimensions: 2 }),
      null
    );
    expect(screen.getByLabelText('Legend: Class')).toBeVisible();
    expect(container.querySelector('.vl-header-line')).toHaveTextContent(
      '5 of 364 samples, 0 selected'
    );
    expect(container.querySelector('.vl-map-stage')).toHaveAttribute(
      'aria-busy',
      'false'
    );
    unmount();
    expect(renderer.dispose).toHaveBeenCalledTimes(1);
  });

  it('changes what dragging does by its toolbar', async () => {
    const { renderer } = await open();
    expect(renderer.setDragging).toHaveBeenLastCalledWith(true);
    fireEvent.click(screen.getByText('Lasso'));
    expect(renderer.setDragging).toHaveBeenLastCalledWith(false);
    expect(screen.getByText('Lasso')).toHaveAttribute('aria-pressed', 'true');
  });

  it('passes on what a projection warns of', async () => {
    const warning = '12 samples lie outside what the model was fitted on.';
    await open({ projections: [{ ...PROJECTION, warning }] });
    expect(screen.getByText(warning)).toBeVisible();
  });

  it('says so where grid and map show different things', async () => {
    const { model } = await open({
      state: { view: { ...VIEW, level: 'annotations' } },
      client: {
        view: async () => ({ ids: new Uint32Array(), total: 0, version: 1 })
      } as never
    });
    expect(
      screen.getByText(/Points are images, the grid shows annotations/)
    ).toBeVisible();
    fireEvent.click(screen.getByText('Show images'));
    expect(model.setLevel).toHaveBeenCalledWith('samples');
  });

  it('offers to show objects where points are objects', async () => {
    const { model } = await open({
      projections: [{ ...PROJECTION, level: 'annotations' }],
      client: {
        view: async () => ({ ids: new Uint32Array(), total: 0, version: 1 })
      } as never
    });
    fireEvent.click(screen.getByText('Show annotations'));
    expect(model.setLevel).toHaveBeenCalledWith('annotations');
  });

  it('says when it cannot be drawn', async () => {
    make.mockRejectedValue(new Error('WebGL 2 is not there.'));
    const { model, context } = fakePlace();
    render(<MapPanel model={model} context={context} />);
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'The map cannot be drawn: WebGL 2 is not there.'
    );
  });

  it('offers to embed where there is nothing yet, then leads to the job', async () => {
    const { embeddings, context } = await open({
      ...NONE,
      embeddings: {
        spaces: async () => [],
        installed: async () => ({
          projections: [],
          embedders: [
            {
              model: 'small',
              label: 'Small',
              description: '',
              dimension: 4,
              has_text: false,
              available: true,
              reason: ''
            }
          ]
        })
      }
    });
    expect(screen.getByText('There are no embeddings yet.')).toBeVisible();
    expect(make).not.toHaveBeenCalled();
    await act(async () => {
      fireEvent.click(screen.getByText('Compute embeddings'));
    });
    expect(embeddings.startJob).toHaveBeenCalledTimes(1);
    expect(screen.getByText(/^On its way/)).toBeVisible();
    const execute = jest.fn();
    context.commands.addCommand(CommandIDs.showJobs, { execute });
    fireEvent.click(screen.getByText('Show jobs'));
    expect(execute).toHaveBeenCalledTimes(1);
  });

  it('offers to project vectors there are, and shows the result', async () => {
    const { embeddings, model, renderer } = await open(NONE);
    expect(
      screen.getByText('There are vectors, but no projection yet.')
    ).toBeVisible();
    (embeddings.projections as jest.Mock).mockResolvedValue([PROJECTION]);
    await act(async () => model.store.setState({ datasetVersion: 2 }));
    expect(screen.queryByText(/no projection yet/)).toBeNull();
    expect(renderer.setPoints).toHaveBeenCalledTimes(1);
  });

  it('reads again after a failure', async () => {
    const projections = jest
      .fn()
      .mockRejectedValueOnce(new Error('no answer'))
      .mockResolvedValue([PROJECTION]);
    const { renderer } = await open({ embeddings: { projections } });
    expect(screen.getByRole('alert')).toHaveTextContent('no answer');
    expect(screen.queryByText('Loading…')).toBeNull();
    await act(async () => {
      fireEvent.click(screen.getByText('Try again'));
    });
    expect(screen.queryByRole('alert')).toBeNull();
    expect(renderer.setPoints).toHaveBeenCalledTimes(1);
  });

  it('searches by an image that is dropped on it', async () => {
    const encode = jest.fn().mockResolvedValue({ query: 'q' });
    const { model, container } = await open({ embeddings: { encode } });
    const host = container.querySelector('.vl-map-host')!;
    dragFiles(host, 'dragover', [imageFile()]);
    expect(screen.getByText('Search by this image')).toBeVisible();
    await act(async () => {
      dragFiles(host, 'drop', [imageFile()]);
      await new Promise(resolve => setTimeout(resolve, 20));
    });
    expect(encode).toHaveBeenCalledTimes(1);
    expect(model.setSearch).toHaveBeenCalledWith(
      expect.objectContaining({ space: 'clip', queries: ['q'] })
    );
    encode.mockRejectedValue(new Error('That is no image.'));
    await act(async () => {
      dragFiles(host, 'drop', [imageFile('notes.txt')]);
      await new Promise(resolve => setTimeout(resolve, 20));
    });
    expect(screen.getByRole('alert')).toHaveTextContent('That is no image.');
  });

  it('waits for the first answer', async () => {
    const projections = jest.fn(() => new Promise<never>(() => undefined));
    await open({ embeddings: { projections } });
    expect(screen.getByText('Loading…')).toBeVisible();
  });

  it('is a panel that takes the keyboard', async () => {
    make.mockResolvedValue(fakeRenderer());
    const { model, context } = fakePlace();
    const widget = createMapPanel(model, context);
    expect(widget.hasClass('vl-map')).toBe(true);
    widget.dispose();
  });
});
