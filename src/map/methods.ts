/** Names of projections. */
import type { IProjection } from '../embeddings/client';

export const METHODS: Readonly<Record<string, string>> = {
  umap: 'UMAP',
  pca: 'PCA',
  tsne: 't-SNE',
  pacmap: 'PaCMAP'
};

/** What a projection is called: `clip-vit-b-32 · UMAP`; one that stands in for another ends in dots. */
export function projectionName(projection: IProjection): string {
  const { space, method, dimensions, preview } = projection;
  const name = `${space} · ${METHODS[method] ?? method}`;
  return `${name}${dimensions === 3 ? ' 3-D' : ''}${preview ? '…' : ''}`;
}
