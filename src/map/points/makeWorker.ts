/** Apart from its user: tests have no workers. */
export function makeWorker(): Worker {
  return new Worker(new URL('./index.worker.js', import.meta.url));
}
