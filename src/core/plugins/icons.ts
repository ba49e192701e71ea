/** Icons of the project: 16 px, drawn with Lab's own colour class. */
import { LabIcon } from '@jupyterlab/ui-components';

function icon(name: string, shapes: string): LabIcon {
  return new LabIcon({
    name: `visionlens:${name}`,
    svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 16 16"><g class="jp-icon3" fill="#616161">${shapes}</g></svg>`
  });
}

/** A lens over a grid. */
export const lensIcon = icon(
  'lens',
  '<path d="M2 2h5v1.2A5 5 0 0 0 3.2 7H2zm7 0h5v5h-1.2A5 5 0 0 0 9 3.2zM2 9h1.2A5 5 0 0 0 7 12.8V14H2zM8 4.5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7zm0 1.3a2.2 2.2 0 1 0 0 4.4 2.2 2.2 0 0 0 0-4.4zm3.4 4.7 3 3-1 1-3-3z"/>'
);

/** Stacked pictures. */
export const datasetsIcon = icon(
  'datasets',
  '<path d="M4 1h8v1.2H4zM3 3.2h10v1.2H3zM2 5.4h12V15H2zm1.3 8.3h9.4L9.6 9l-2.3 3-1.5-1.7zM5 7a1 1 0 1 0 0 2 1 1 0 0 0 0-2z"/>'
);

export const filtersIcon = icon(
  'filters',
  '<path d="M1.5 2h13L9.8 8v6l-3.6-1.8V8z"/>'
);

export const gridIcon = icon(
  'grid',
  '<path d="M2 2h3.4v3.4H2zm4.3 0h3.4v3.4H6.3zm4.3 0H14v3.4h-3.4zM2 6.3h3.4v3.4H2zm4.3 0h3.4v3.4H6.3zm4.3 0H14v3.4h-3.4zM2 10.6h3.4V14H2zm4.3 0h3.4V14H6.3zm4.3 0H14V14h-3.4z"/>'
);

export const sampleIcon = icon(
  'sample',
  '<path d="M1.5 2.5h13v11h-13zm1.3 1.3v7.5l3-3.3 2 2 2.6-3.2 2.8 3.4V3.8zM5 5a1.1 1.1 0 1 1 0 2.2A1.1 1.1 0 0 1 5 5z"/>'
);

export const mapIcon = icon(
  'map',
  '<circle cx="4" cy="5" r="1.7"/><circle cx="7.5" cy="3" r="1.3"/><circle cx="8" cy="7" r="1.7"/><circle cx="12" cy="11" r="1.7"/><circle cx="9" cy="13" r="1.3"/><circle cx="13" cy="7.5" r="1.3"/><circle cx="3.5" cy="11.5" r="1.3"/>'
);

export const duplicatesIcon = icon(
  'duplicates',
  '<path d="M2 2h8v2H4v6H2zm4 4h8v8H6zm1.3 1.3v5.4h5.4V7.3z"/>'
);

/** A matrix with its diagonal filled. */
export const evaluationIcon = icon(
  'evaluation',
  '<path d="M2 2h4v4H2zm4 4h4v4H6zm4 4h4v4h-4z"/><path d="M6.5 2.5h3v3h-3zm4 0h3v7h-3v-3h-1v-1h1zm-8 4h3v3h-3zm0 4h3v3h-3zm4 0h3v3h-3z" opacity=".35"/>'
);

/** A spark. */
export const analystIcon = icon(
  'analyst',
  '<path d="M8 1l1.8 5.2L15 8l-5.2 1.8L8 15l-1.8-5.2L1 8l5.2-1.8z"/>'
);

export const jobsIcon = icon(
  'jobs',
  '<path d="M2 2.5h12v2H2zm0 4.5h8v2H2zm0 4.5h5v2H2zm9-1.5 4 2.5-4 2.5z"/>'
);

/** A plug. */
export const pluginsIcon = icon(
  'plugins',
  '<path d="M5 1h1.5v3.5h3V1H11v3.5h1.5V8A4.5 4.5 0 0 1 8.75 12.4V15h-1.5v-2.6A4.5 4.5 0 0 1 3.5 8V4.5H5zm0 5v2a3 3 0 0 0 6 0V6z"/>'
);
