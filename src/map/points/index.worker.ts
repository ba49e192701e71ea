/** Sorts points into a grid apart from the page, which stays responsive. */
import { buildGrid } from './gridIndex';
import type { IPlane } from './gridIndex';

interface IScope {
  onmessage: (event: MessageEvent<{ key: number; plane: IPlane }>) => void;
  postMessage(message: unknown, transfer: Transferable[]): void;
}

const scope = self as unknown as IScope;

scope.onmessage = ({ data: { key, plane } }) => {
  const grid = buildGrid(plane);
  scope.postMessage({ key, grid }, [grid.starts.buffer, grid.order.buffer]);
};
