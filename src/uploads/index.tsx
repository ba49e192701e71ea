export { Uploads } from './uploads';
export { pickFiles } from './files';
