import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IAnalysis } from './client';
import type { IEvaluation } from '../evaluation/client';
import { formatCount } from '../core/components/format';

/** What nothing means: nobody looked, or what was tested does not hold. */
export function NoFindings(props: {
  evaluation: IEvaluation;
  analysis: IAnalysis | null;
  trans: TranslationBundle;
}): JSX.Element {
  const { evaluation, analysis, trans } = props;
  if (analysis === null) {
    return (
      <div className="vl-empty vl-findings-empty">
        <h3>
          {trans.__(
            'Nobody has looked for patterns in %1 yet.',
            evaluation.evaluation
          )}
        </h3>
        <p className="vl-quiet">
          {trans.__(
            'Run tests fields, image quality, sizes and places of objects, classes seen together and clusters, alone and together. A pattern becomes a finding when one half of the images suggests it and the other half confirms it.'
          )}
        </p>
      </div>
    );
  }
  const { tested, request } = analysis;
  if (tested === 0) {
    return (
      <div className="vl-empty vl-findings-empty">
        <h3>{trans.__('No pattern could be tested.')}</h3>
        <p className="vl-quiet">
          {trans.__(
            'A pattern needs at least %1 units and %2 groups in each half.',
            formatCount(request.min_objects),
            formatCount(request.min_groups)
          )}
        </p>
      </div>
    );
  }
  return (
    <div className="vl-empty vl-findings-empty">
      <h3>{trans.__('No pattern holds on both halves.')}</h3>
      <p className="vl-quiet">
        {trans.__(
          '%1 patterns were tested with at least %2 units and %3 groups in each half. Either the errors of %4 gather nowhere that these fields can tell, or there are too few images to be sure.',
          formatCount(tested),
          formatCount(request.min_objects),
          formatCount(request.min_groups),
          evaluation.run
        )}
      </p>
    </div>
  );
}
