export { createSamplePanel } from './widget';
