export { createDatasetsPanel } from './widget';
