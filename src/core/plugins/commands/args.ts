/** What commands tell about their arguments. */
import type * as schemas from './argSchemas';

export const NO_ARGS: schemas.IDescription = {
  args: { type: 'object', properties: {} }
};

const described =
  (name: keyof typeof schemas) => async (): Promise<schemas.IDescription> =>
    (await import('./argSchemas'))[name];

export const PANEL_ARGS = described('panel');
export const LINK_ARGS = described('link');
export const INGEST_ARGS = described('ingest');
export const PATH_ARGS = described('path');
export const DATASET_ARGS = described('dataset');
export const TAG_ARGS = described('tag');
export const EXAMPLES_ARGS = described('examples');
export const GOAL_ARGS = described('goal');
export const CELL_ARGS = described('cell');
export const OPERATOR_ARGS = described('operator');
