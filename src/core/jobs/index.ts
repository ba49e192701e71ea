export { createJobsPanel } from './widget';
