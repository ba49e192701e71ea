import '@testing-library/jest-dom';
import { act, fireEvent, screen } from '@testing-library/react';
import type { IClient } from '../../core/client/context';
import {
  FOLDER,
  refused,
  setUp,
  wait,
  type
} from '../../core/datasets/__tests__/setUp';

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

describe('the folder browser', () => {
  async function browse(change: Partial<IClient> = {}) {
    const set = await setUp(change);
    await act(async () => set.form.open());
    await act(async () => {
      fireEvent.click(screen.getByRole('button', { name: 'Browse' }));
    });
    const list = screen.getByRole('listbox');
    const path = screen.getByLabelText('Folder or file on the server');
    return { ...set, list, path };
  }
  const press = (list: HTMLElement, key: string) =>
    act(async () => {
      fireEvent.keyDown(list, { key });
    });

  it('chooses with a click, goes into a folder with a double click', async () => {
    const { client, path } = await browse();
    expect(screen.getByText(/12 images here · there is more/)).toBeVisible();
    fireEvent.click(screen.getByRole('option', { name: /val.json/ }));
    expect(path).toHaveValue('/data/val.json');
    await wait(500);
    expect(client.detect).toHaveBeenCalledWith(
      expect.objectContaining({ source: '/data/val.json' }),
      expect.anything()
    );
    await act(async () => {
      fireEvent.doubleClick(screen.getByRole('option', { name: /aerial/ }));
    });
    expect(client.folder).toHaveBeenLastCalledWith('/data/aerial');
  });

  it('is used with the keyboard', async () => {
    const inner = { ...FOLDER, path: '/data/street', parent: '/data' };
    const folder = jest
      .fn()
      .mockResolvedValueOnce(FOLDER)
      .mockResolvedValueOnce(inner)
      .mockResolvedValue(FOLDER);
    const { list, path } = await browse({ folder });
    await press(list, 's');
    await press(list, 'Enter');
    expect(path).toHaveValue('/data/street');
    await press(list, 'ArrowRight');
    expect(folder).toHaveBeenLastCalledWith('/data/street');
    expect(screen.getByRole('listbox', { name: 'street' })).toBeVisible();
    await press(screen.getByRole('listbox'), 'Backspace');
    expect(folder).toHaveBeenLastCalledWith('/data');
  });

  it('says why a folder cannot be listed, and keeps the one before', async () => {
    const folder = jest
      .fn()
      .mockResolvedValueOnce(FOLDER)
      .mockRejectedValueOnce(
        refused('PERMISSION_DENIED', 'It cannot be listed.', 'Ask its owner.')
      );
    await browse({ folder });
    await act(async () => {
      fireEvent.doubleClick(screen.getByRole('option', { name: /aerial/ }));
    });
    expect(screen.getByText('Ask its owner.')).toBeVisible();
    expect(screen.getByRole('option', { name: /^street/ })).toBeVisible();
  });

  it('completes what is typed', async () => {
    const set = await setUp();
    await act(async () => set.form.open('/data/old'));
    type('Folder or file on the server', '/data/str');
    await wait(300);
    expect(set.client.folder).toHaveBeenLastCalledWith('/data/');
    const path = screen.getByLabelText('Folder or file on the server');
    expect(
      screen.getAllByRole('option', { name: '/data/street/' })
    ).toHaveLength(1);
    await press(path, 'Tab');
    expect(path).toHaveValue('/data/street/');
  });
});
