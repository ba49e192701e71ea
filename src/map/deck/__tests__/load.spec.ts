import type { IRendererOptions } from '../../canvas/renderer';
import { createRenderer } from '../load';

const mockLoads = jest.fn();
jest.mock('../deckRenderer', () => {
  mockLoads();
  (globalThis as { deck?: unknown }).deck = 'own';
  return {
    DeckRenderer: class {
      constructor(readonly options: IRendererOptions) {}
    }
  };
});

const scope = globalThis as { deck?: unknown };

describe('createRenderer', () => {
  it("tries again after a failure, and leaves another copy's marks as they were", async () => {
    scope.deck = 'another copy';
    mockLoads.mockImplementationOnce(() => {
      expect(scope.deck).toBeUndefined();
      throw new Error('offline');
    });
    const options = {} as IRendererOptions;
    await expect(createRenderer(options)).rejects.toThrow('offline');
    expect(scope.deck).toBe('another copy');
    const made = await Promise.all([
      createRenderer(options),
      createRenderer(options)
    ]);
    expect(made.map(each => Object.values(each))).toEqual([
      [options],
      [options]
    ]);
    expect(mockLoads).toHaveBeenCalledTimes(2);
    expect(scope.deck).toBe('another copy');
    delete scope.deck;
  });
});
