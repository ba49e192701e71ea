import '@testing-library/jest-dom';
import { act, fireEvent, screen, within } from '@testing-library/react';
import { Dialog } from '@jupyterlab/apputils';
import { CommandIDs } from '../../tokens';
import { INFO, REPORT, refused, setUp, wait } from './setUp';

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

describe('the cards', () => {
  it('say what to do when there is none', async () => {
    await setUp({ datasets: jest.fn().mockResolvedValue([]) });
    expect(screen.getByText(/No dataset yet/)).toBeVisible();
    expect(screen.getByRole('status')).toHaveTextContent('0 datasets');
  });

  it('show name, counts and pictures, and open on click', async () => {
    const { context } = await setUp();
    const execute = jest.fn();
    context.commands.addCommand(CommandIDs.open, { execute });
    const card = screen.getByRole('listitem');
    expect(card).toHaveTextContent(
      '1,240 samples · 9,000 annotations · 8 classes · coco'
    );
    expect(card.querySelectorAll('img')).toHaveLength(2);
    await act(async () => {
      fireEvent.click(screen.getByTitle('Open Street'));
    });
    expect(execute).toHaveBeenCalledWith({ dataset: 'street' });
  });

  it('show why one does not open', async () => {
    const { context } = await setUp({
      datasets: jest
        .fn()
        .mockResolvedValue([{ ...INFO, state: 'busy', owner: 'host, PID 7' }])
    });
    context.commands.addCommand(CommandIDs.open, {
      execute: () => {
        throw refused('DATASET_BUSY', 'It is in use.', 'Close it there.');
      }
    });
    expect(screen.getByText(/In use by host, PID 7/)).toBeVisible();
    await act(async () => {
      fireEvent.click(screen.getByTitle('Open Street'));
    });
    expect(screen.getByText('Close it there.')).toBeVisible();
  });

  it('say what is damaged and how to mend it', async () => {
    const damage = {
      kind: 'vectors',
      name: 'clip',
      message: '6 vectors are lost.',
      hint: 'Embed again.'
    };
    await setUp({
      datasets: jest.fn().mockResolvedValue([{ ...INFO, damages: [damage] }])
    });
    expect(screen.getByRole('list', { name: 'Damage' })).toHaveTextContent(
      '6 vectors are lost. Embed again.'
    );
  });

  it('are read again when a dataset changes, once for a burst', async () => {
    const { client, events } = await setUp();
    for (const version of [4, 5, 6]) {
      events.dataset.emit({ dataset: 'street', version, change: 'changed' });
    }
    await wait(1000);
    expect(client.datasets).toHaveBeenCalledTimes(2);
  });

  it('show an error with a way to try again', async () => {
    const datasets = jest
      .fn()
      .mockRejectedValueOnce(refused('INTERNAL', 'It broke.', 'Again?'))
      .mockResolvedValue([INFO]);
    await setUp({ datasets });
    expect(screen.getByText('It broke.')).toBeVisible();
    await act(async () => {
      fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    });
    expect(screen.getByText('Street')).toBeVisible();
    expect(screen.queryByText('It broke.')).toBeNull();
  });

  it.each([
    ['Delete', 1],
    ['Cancel', 0]
  ])('ask before deleting: %s', async (button, calls) => {
    jest.useRealTimers();
    const { client } = await setUp();
    fireEvent.click(screen.getByRole('button', { name: 'More about Street' }));
    fireEvent.click(screen.getByRole('menuitem', { name: 'Delete…' }));
    const dialog = await screen.findByText('Delete Street?');
    const box = dialog.closest<HTMLElement>('.jp-Dialog')!;
    await act(async () => {
      fireEvent.click(within(box).getByText(button));
      await new Promise(resolve => setTimeout(resolve, 20));
    });
    expect(client.deleteDataset).toHaveBeenCalledTimes(calls);
    expect(client.datasets).toHaveBeenCalledTimes(1 + calls);
    Dialog.flush();
  });
});

describe('the report', () => {
  it('adds up and lists what was odd, as text, page by page', async () => {
    const second = {
      ...REPORT,
      items: [{ ...REPORT.items[0], item: 'other.jpg' }]
    };
    const report = jest
      .fn()
      .mockResolvedValueOnce(REPORT)
      .mockResolvedValue(second);
    await setUp({ report });
    const details = screen.getByText('Report').closest('details')!;
    await act(async () => {
      details.open = true;
      fireEvent(details, new Event('toggle'));
    });
    const row = screen.getByText('Images').closest('tr')!;
    expect(
      [...row.querySelectorAll('td')].map(cell => cell.textContent)
    ).toEqual(['1,242', '1,240', '2']);
    expect(screen.queryByText('Label files')).toBeNull();
    const code = screen.getByText('image unreadable').closest('details')!;
    await act(async () => {
      code.open = true;
      fireEvent(code, new Event('toggle'));
    });
    expect(screen.getByText('<b>broken</b>.jpg')).toBeInTheDocument();
    expect(screen.getByText('skipped: truncated file')).toBeInTheDocument();
    await act(async () => {
      fireEvent.click(screen.getByText(/Show more/));
    });
    expect(report).toHaveBeenLastCalledWith('street', 1, 1000);
    expect(screen.getByText('other.jpg')).toBeInTheDocument();
    expect(screen.queryByText(/Show more/)).toBeNull();
  });
});
