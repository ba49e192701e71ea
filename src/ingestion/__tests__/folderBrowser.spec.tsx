import '@testing-library/jest-dom';
import { act, fireEvent, screen, within } from '@testing-library/react';
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
    expect(client.folder).toHaveBeenLastCalledWith('/data/aerial', undefined);
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
    expect(folder).toHaveBeenLastCalledWith('/data/street', undefined);
    expect(screen.getByRole('listbox', { name: 'street' })).toBeVisible();
    await press(screen.getByRole('listbox'), 'Backspace');
    expect(folder).toHaveBeenLastCalledWith('/data', undefined);
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

  it('asks for the rest of a long listing', async () => {
    const first = { ...FOLDER, path: 'gs://photos', next: 'token' };
    const rest = {
      ...first,
      entries: [
        { ...FOLDER.entries[0], name: 'wide', path: 'gs://photos/wide' }
      ],
      images: 3,
      truncated: false,
      next: null
    };
    const folder = jest
      .fn()
      .mockResolvedValueOnce(first)
      .mockResolvedValueOnce(rest);
    await browse({ folder });
    await act(async () => {
      fireEvent.click(screen.getByRole('button', { name: 'More…' }));
    });
    expect(folder).toHaveBeenLastCalledWith('gs://photos', 'token');
    expect(
      within(screen.getByRole('listbox')).getAllByRole('option')
    ).toHaveLength(4);
    expect(screen.getByText('15 images here')).toBeVisible();
    expect(screen.queryByRole('button', { name: 'More…' })).toBeNull();
  });

  it('asks for the same folder again once somebody has signed in', async () => {
    const folder = jest
      .fn()
      .mockResolvedValueOnce(FOLDER)
      .mockRejectedValueOnce(
        refused('SIGN_IN_NEEDED', 'It cannot be read.', 'Sign in.', {
          command: 'gcloud auth login'
        })
      )
      .mockResolvedValue({ ...FOLDER, path: '/data/aerial', parent: '/data' });
    await browse({ folder });
    await act(async () => {
      fireEvent.doubleClick(screen.getByRole('option', { name: /aerial/ }));
    });
    expect(screen.getByText('gcloud auth login')).toBeVisible();
    await act(async () => {
      fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    });
    expect(folder).toHaveBeenLastCalledWith('/data/aerial', undefined);
    expect(screen.queryByText('gcloud auth login')).toBeNull();
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
