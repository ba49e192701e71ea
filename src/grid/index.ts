export { createGridPanel } from './widget';
