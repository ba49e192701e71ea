import '@testing-library/jest-dom';
import { fireEvent, screen, within } from '@testing-library/react';
import { VisionLensError } from '../../core/client/errors';
import type { IErrorBody } from '../../core/client/types';
import { CommandIDs } from '../../core/tokens';
import { agentRun, ANALYSIS, finding } from './fixtures';
import { open, setUp, settle } from './open';

setUp();

const REFUSED: IErrorBody = {
  code: 'ANALYSIS_INVALID',
  message: 'Too few objects.',
  hint: 'Lower min_objects.',
  details: {},
  request_id: null
};

function card(container: HTMLElement, id = 'f1') {
  return within(
    container.querySelector<HTMLElement>(`[data-finding="${id}"]`)!
  );
}

describe('a finding', () => {
  it('says what was found, how sure it is, and what to do', async () => {
    const { container } = await open();
    const shown = card(container);
    expect(
      shown.getByText('Platelets near the border are missed')
    ).toBeVisible();
    expect(shown.getByText('hypothesis')).toBeVisible();
    expect(container.querySelector('.vl-finding-figures')).toHaveTextContent(
      '52% vs 18% · n=146'
    );
    expect(
      shown.getByText('holds on the held-out half · 48 groups')
    ).toBeVisible();
    expect(
      shown.getByRole('img', {
        name: '52% of 73 objects, 18% of the rest; difference +34 points, 95% interval +22 points to +46 points; p < .001'
      })
    ).toBeInTheDocument();
    expect(
      shown.getAllByText(
        'Cannot be separated from: camera is B (overlap .91).'
      )[0]
    ).toBeVisible();
    expect(shown.getByText(/Collect more platelets/)).toBeVisible();
    fireEvent.click(shown.getByText('Evidence'));
    expect(shown.getAllByRole('row')).toHaveLength(3);
    expect(shown.getByText(/The predicate gives 150; 146/)).toBeVisible();
    fireEvent.click(shown.getByTitle('Copy the predicate'));
    expect(navigator.clipboard.writeText).toHaveBeenCalledWith(
      finding().predicate
    );
  });

  it('shows its units, its failures and the rest, and back', async () => {
    const { container, model, executed } = await open();
    const shown = card(container);
    const before = model.store.getState().view;
    fireEvent.click(shown.getByRole('button', { name: 'Show me' }));
    await settle();
    expect(model.setView.mock.lastCall![0]).toMatchObject({
      level: 'annotations',
      where: null,
      filter: { value: finding().predicate },
      outcomes: { outcomes: ['true_positive', 'false_negative'] }
    });
    expect(executed).toEqual([
      [
        CommandIDs.openGrid,
        { dataset: 'blood', workspace: 'w', activate: false }
      ]
    ]);
    const toggle = shown.getByRole('button', { name: 'Show me' });
    expect(toggle).toHaveAttribute('aria-pressed', 'true');
    fireEvent.click(toggle);
    expect(model.setView.mock.lastCall![0]).toEqual(before);
    fireEvent.click(shown.getByRole('button', { name: 'Failures' }));
    await settle();
    expect(model.setView.mock.lastCall![0].outcomes.outcomes).toEqual([
      'false_negative'
    ]);
    fireEvent.click(shown.getByTitle(/Show the rest/));
    await settle();
    expect(model.setView.mock.lastCall![0].filter.value).toBe(
      `not (${finding().predicate})`
    );
  });

  it('goes to the notebook as the line that gives it', async () => {
    const { container, executed } = await open();
    fireEvent.click(
      card(container).getByRole('button', { name: 'To notebook' })
    );
    await settle();
    const [command, { code }] = executed[0] as [string, { code: string }];
    expect(command).toBe(CommandIDs.insertCell);
    expect(code).toBe(
      [
        '# Platelets near the border are missed: 52% against 18% on the held-out half',
        `view = vl.open("Blood cells").view("source = 'ground_truth' and class = 'Platelets' and edge_distance < 0.05", level="annotations", outcomes={"evaluation": "run-a", "confidence": 0.35, "outcomes": ["true_positive", "false_negative"]})`
      ].join('\n')
    );
  });

  it('can be rejected, copied and deleted from its menu', async () => {
    const { container, analysis } = await open();
    const menu = (item: string): void => {
      fireEvent.click(card(container).getByTitle(/^More about/));
      fireEvent.click(screen.getByRole('menuitem', { name: item }));
    };
    menu('Copy SQL');
    expect(navigator.clipboard.writeText).toHaveBeenLastCalledWith(
      finding().sql
    );
    menu('Reject');
    await settle();
    expect(analysis.changeFinding).toHaveBeenLastCalledWith('blood', 'f1', {
      status: 'rejected'
    });
    expect(screen.getByText('1 rejected')).toBeVisible();
    menu('Delete');
    expect(analysis.deleteFinding).not.toHaveBeenCalled();
    fireEvent.click(screen.getByRole('menuitem', { name: 'Delete for good' }));
    await settle();
    expect(analysis.deleteFinding).toHaveBeenCalledWith('blood', 'f1');
    expect(container.querySelector('.vl-finding')).toBeNull();
  });

  it('keeps notes, and says what the server refuses', async () => {
    const { container, analysis } = await open({
      changeFinding: async () => {
        throw new VisionLensError(REFUSED);
      }
    });
    const notes = card(container).getByLabelText('Notes');
    fireEvent.change(notes, { target: { value: 'seen' } });
    fireEvent.blur(notes);
    await settle();
    expect(analysis.changeFinding).toHaveBeenCalledWith('blood', 'f1', {
      notes: 'seen'
    });
    expect(screen.getByText('Too few objects.')).toBeVisible();
  });

  it('that is out of date is checked again; one that is gone says so', async () => {
    const { container, analysis } = await open({
      findings: async () => [
        finding({ stale: true }),
        finding({
          finding: 'f2',
          holds: false,
          now: ANALYSIS.unconfirmed[0].discovery,
          author: 'agent'
        })
      ]
    });
    expect(card(container, 'f2').getByText('no longer holds')).toBeVisible();
    expect(card(container).getByText('out of date')).toBeVisible();
    fireEvent.click(
      card(container).getByRole('button', { name: 'Check again' })
    );
    await settle();
    expect(analysis.startJob).toHaveBeenLastCalledWith('recheck', 'blood', {
      evaluation: 'run-a',
      findings: ['f1']
    });
  });

  it('shows the calibration of visual attributes, and claims with evidence', async () => {
    const { container } = await open({
      findings: async () => [
        finding({
          attributes: ['lighting', 'fog'],
          explanation: [
            {
              kind: 'figure',
              text: '81 images at night.',
              evidence: 'call-1',
              against: 'call-9',
              run: 'r1'
            }
          ]
        })
      ],
      agentRuns: async () => [agentRun()]
    });
    const shown = card(container);
    expect(
      shown.getByText(/“night”: precision .95 \(.86 – .98\), recall .93/)
    ).toBeVisible();
    expect(shown.getByText('is not calibrated')).toBeVisible();
    fireEvent.click(shown.getByRole('button', { name: 'Evidence of claim 1' }));
    await settle();
    expect(shown.getByText('81 samples')).toBeVisible();
    expect(shown.getByText(/"count": 81/)).toBeVisible();
    expect(shown.getByText('Its evidence is call-9.')).toBeVisible();
  });
});

describe('verifying', () => {
  it('asks about one example after the other, and suggests a status', async () => {
    const { container, analysis, executed } = await open();
    fireEvent.click(card(container).getByRole('button', { name: 'Verify 4' }));
    await settle();
    const screenOf = screen.getByRole('region', {
      name: 'Platelets near the border are missed'
    });
    expect(screenOf).toHaveFocus();
    expect(
      screen.getByText(
        /Is this a true case of it\? class is Platelets, .* · missed/
      )
    ).toBeVisible();
    expect(screen.getByText(/image_11.jpg/)).toBeVisible();
    fireEvent.click(screen.getByRole('button', { name: 'Open' }));
    expect(executed[0][0]).toBe(CommandIDs.openSample);
    const press = async (key: string): Promise<void> => {
      fireEvent.keyDown(screenOf, { key });
      await settle();
    };
    await press('n');
    expect(analysis.changeFinding).toHaveBeenLastCalledWith('blood', 'f1', {
      verdicts: { 11: false }
    });
    await press('z');
    expect(analysis.changeFinding).toHaveBeenLastCalledWith('blood', 'f1', {
      verdicts: { 11: null }
    });
    await press('y');
    await press('y');
    await press('s');
    expect(screen.getByText('3 of 4: 2 yes, 0 no, 1 skipped')).toBeVisible();
    await press('y');
    expect(
      screen.getByText('3 of 3 examples are as it says.', {
        selector: 'strong'
      })
    ).toBeVisible();
    const verified = screen.getByRole('button', { name: 'Verified' });
    expect(verified).toHaveFocus();
    fireEvent.click(verified);
    await settle();
    expect(analysis.changeFinding).toHaveBeenLastCalledWith('blood', 'f1', {
      status: 'verified',
      notes: '3 of 3 examples are as it says.'
    });
    expect(card(container).getByText('verified')).toBeVisible();
    expect(
      card(container).getByText('3 of 3 examples are as it says.', {
        selector: 'p'
      })
    ).toBeVisible();
  });

  it('goes on where it was left, and Escape leaves it', async () => {
    const { container } = await open({
      findings: async () => [
        finding({ verdicts: { 11: true, 12: false, 99: true } })
      ]
    });
    fireEvent.click(card(container).getByRole('button', { name: 'Verify 4' }));
    await settle();
    expect(screen.getByText('2 of 4: 1 yes, 1 no, 0 skipped')).toBeVisible();
    fireEvent.keyDown(screen.getByText(/Is this a true/), { key: 'Escape' });
    await settle();
    expect(container.querySelector('.vl-judge')).toBeNull();
  });
});
