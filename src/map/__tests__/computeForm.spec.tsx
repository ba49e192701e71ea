import '@testing-library/jest-dom';
import { act, fireEvent, render, screen } from '@testing-library/react';
import * as React from 'react';
import type { IEmbedder, IProjectionMethod } from '../../embeddings/client';
import { VisionLensError } from '../../core/client/errors';
import { VIEW } from '../../core/components/__tests__/fakes';
import { ComputeForm } from '../ComputeForm';
import { fakeMap } from './fakeMap';

jest.mock('../points/makeWorker', () => ({}));

function embedder(model: string, change: Partial<IEmbedder> = {}): IEmbedder {
  return {
    model,
    label: model.toUpperCase(),
    description: `What ${model} is.`,
    dimension: 4,
    has_text: false,
    available: true,
    reason: '',
    ...change
  };
}

const EMBEDDERS = [
  embedder('away', { available: false, reason: 'Needs torch.' }),
  embedder('clip', { has_text: true }),
  embedder('small')
];

function projection(
  method: IProjectionMethod['method'],
  reason = ''
): IProjectionMethod {
  return { method, label: method, available: reason === '', reason };
}

const INSTALLED = {
  embedders: EMBEDDERS,
  projections: [
    projection('umap'),
    projection('pca'),
    projection('tsne'),
    projection('pacmap', 'No pacmap: pip install pacmap')
  ]
};

type Change = Parameters<typeof fakeMap>[0];

async function open({ embeddings, ...change }: NonNullable<Change> = {}) {
  const place = await fakeMap({
    ...change,
    embeddings: { installed: async () => INSTALLED, ...embeddings }
  });
  const onStarted = jest.fn();
  render(<ComputeForm {...place} onStarted={onStarted} />);
  await act(async () => undefined);
  return { ...place, onStarted };
}

function choose(label: string, value: string): void {
  fireEvent.change(screen.getByLabelText(label), { target: { value } });
}

async function start(name: string): Promise<void> {
  await act(async () => {
    fireEvent.click(screen.getByRole('button', { name }));
  });
}

/** A dataset without any embeddings. */
const BARE = { spaces: async () => [] };

describe('ComputeForm', () => {
  it('projects vectors that are there', async () => {
    const { embeddings, onStarted } = await open();
    expect(screen.queryByLabelText('Model')).toBeNull();
    choose('Projection', 'tsne');
    choose('Dimensions', '3');
    await start('Project');
    expect(embeddings.startJob).toHaveBeenCalledWith('project', 'blood', {
      space: 'clip',
      method: 'tsne',
      dimensions: 3
    });
    expect(onStarted).toHaveBeenCalledTimes(1);
    choose('Dimensions', '2');
    await start('Project');
    expect((embeddings.startJob as jest.Mock).mock.lastCall[2]).toMatchObject({
      dimensions: 2
    });
  });

  it('embeds with the first model that is there, the view giving the level', async () => {
    const { embeddings } = await open({
      embeddings: BARE,
      state: { view: { ...VIEW, level: 'annotations' } }
    });
    expect(screen.queryByLabelText('Vectors')).toBeNull();
    expect(screen.queryByLabelText('Dimensions')).toBeNull();
    const model = screen.getByLabelText('Model');
    expect(model).toHaveValue('clip');
    expect(screen.getByText('CLIP (images and text)')).toBeInTheDocument();
    expect(screen.getByText('What clip is.')).toBeVisible();
    const away = screen.getByRole('option', { name: 'AWAY' });
    expect(away).toBeDisabled();
    expect(away).toHaveAttribute('title', 'Needs torch.');
    expect(screen.getByLabelText('Of')).toHaveValue('annotations');
    choose('Model', 'small');
    choose('Of', 'samples');
    await start('Compute embeddings');
    expect(embeddings.startJob).toHaveBeenCalledWith('embed', 'blood', {
      model: 'small',
      level: 'samples',
      project: 'umap'
    });
  });

  it('embeds with a checkpoint beside the vectors there are', async () => {
    const { embeddings } = await open();
    choose('Vectors', '');
    choose('Or a checkpoint', ' open_clip:ViT/local ');
    expect(screen.getByLabelText('Model')).toBeDisabled();
    choose('Projection', 'pca');
    await start('Compute embeddings');
    expect(embeddings.startJob).toHaveBeenCalledWith('embed', 'blood', {
      model: 'open_clip:ViT/local',
      level: 'samples',
      project: 'pca'
    });
  });

  it('says why a job does not start, and can be sent again', async () => {
    const startJob = jest
      .fn()
      .mockRejectedValueOnce(
        new VisionLensError({
          code: 'MODEL_UNAVAILABLE',
          message: 'The weights are not here.',
          hint: 'Put them into the models folder.',
          details: {},
          request_id: null
        })
      )
      .mockResolvedValue({});
    const { onStarted } = await open({ embeddings: { startJob } });
    await start('Project');
    expect(screen.getByRole('alert')).toHaveTextContent(
      'Put them into the models folder.'
    );
    expect(onStarted).not.toHaveBeenCalled();
    await start('Project');
    expect(screen.queryByRole('alert')).toBeNull();
    expect(onStarted).toHaveBeenCalledTimes(1);
  });

  it('offers what is installed and tells how to install the rest', async () => {
    const projections = [
      projection('pca'),
      projection('umap', 'No umap: pip install umap')
    ];
    await open({
      embeddings: { installed: async () => ({ embedders: [], projections }) }
    });
    expect(screen.getByLabelText('Projection')).toHaveValue('pca');
    expect(screen.getByRole('option', { name: 'umap' })).toBeDisabled();
    expect(screen.getByText('Not installed: umap')).toBeVisible();
    expect(screen.getByText('No umap: pip install umap')).toBeInTheDocument();
  });

  it('needs a model, or a checkpoint', async () => {
    await open({
      embeddings: {
        ...BARE,
        installed: async () => {
          throw new Error('no answer');
        }
      }
    });
    expect(screen.getByRole('alert')).toHaveTextContent('no answer');
    const button = screen.getByRole('button', { name: 'Compute embeddings' });
    expect(button).toBeDisabled();
    choose('Or a checkpoint', '/models/mine.pt');
    expect(button).toBeEnabled();
  });
});
