export { createFiltersPanel } from './widget';
