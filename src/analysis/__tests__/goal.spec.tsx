import '@testing-library/jest-dom';
import { fireEvent, screen } from '@testing-library/react';
import { VisionLensError } from '../../core/client/errors';
import type { IErrorBody, IJob } from '../../core/client/types';
import { VIEW } from '../../core/components/__tests__/fakes';
import { job } from '../../core/jobs/__tests__/fakes';
import { CommandIDs } from '../../core/tokens';
import { agentRun, ANALYSIS, SETTINGS, STEPS } from './fixtures';
import { open, setUp, settle } from './open';

setUp();

const REFUSED: IErrorBody = {
  code: 'ANALYSIS_INVALID',
  message: 'Too few objects.',
  hint: 'Lower min_objects.',
  details: {},
  request_id: null
};

describe('a goal', () => {
  it('is a question with its target; options narrow it', async () => {
    const { analysis } = await open({}, { view: { where: "split = 'val'" } });
    fireEvent.click(screen.getByText('Misses'));
    expect(
      screen.getByRole('textbox', { name: 'Question or goal' })
    ).toHaveValue('Where does run-a miss objects?');
    fireEvent.change(screen.getByLabelText('Among'), {
      target: { value: 'annotations' }
    });
    fireEvent.change(screen.getByLabelText('Conditions at most'), {
      target: { value: '3' }
    });
    fireEvent.click(screen.getByLabelText('Only the images of the view'));
    fireEvent.click(screen.getByRole('button', { name: 'Run' }));
    await settle();
    expect(analysis.startJob).toHaveBeenLastCalledWith('analyse', 'blood', {
      evaluation: 'run-a',
      target: 'miss_rate',
      level: 'annotations',
      depth: 3,
      view: { ...VIEW, where: "split = 'val'" }
    });
    expect(
      screen.getByText(/VisionLens.model .* Statistics find/)
    ).toBeInTheDocument();
  });

  it('says that nobody reads a question of one’s own without a model', async () => {
    await open({});
    const ask = (question: string) =>
      fireEvent.change(
        screen.getByLabelText('Question or goal', { selector: 'input' }),
        {
          target: { value: question }
        }
      );
    fireEvent.click(screen.getByRole('button', { name: 'Misses' }));
    expect(screen.queryByText(/to read the question/)).toBeNull();
    ask('Why are wet roads bad?');
    expect(screen.getByText(/to read the question/)).toHaveTextContent(
      'Statistics look for: miss rate.'
    );
    ask(' ');
    expect(screen.queryByText(/to read the question/)).toBeNull();
  });

  it('is explained by a model where one is set up; its steps are shown', async () => {
    const { analysis, jobs } = await open({
      agentSettings: async () => ({ ...SETTINGS, model: 'openai:small' }),
      agentRuns: async () => [
        agentRun({ agent: 'error_patterns', stopped: null })
      ],
      agentRun: async (_, __, after) =>
        agentRun({
          agent: 'error_patterns',
          stopped: after === null ? null : 'budget',
          steps: after === null ? STEPS.slice(0, 1) : STEPS.slice(1)
        })
    });
    fireEvent.click(screen.getByText('Error types'));
    jobs.push(
      job({
        job: 'j9',
        kind: 'agent',
        dataset: 'blood',
        done: 3,
        total: 10,
        eta_seconds: 12,
        agent: { agent: 'error_patterns' } as IJob['agent']
      })
    );
    fireEvent.click(screen.getByRole('button', { name: 'Run' }));
    await settle();
    expect(analysis.startJob.mock.lastCall!.slice(0, 3)).toEqual([
      'agent',
      'blood',
      {
        agent: 'error_patterns',
        question: 'Which errors share a cause?',
        evaluation: 'run-a',
        view: null
      }
    ]);
    expect(screen.getByText(/3 of 10 · 0:12 left/)).toBeVisible();
    expect(screen.getByText(/count where time_of_day = night/)).toBeVisible();
    await settle(2400);
    expect(screen.getByText(/its budget was spent/)).toBeVisible();
    expect(screen.getByText(/← 81 samples|81 samples/)).toBeInTheDocument();
  });

  it('may come from a command, for another evaluation', async () => {
    const { analysis, evaluations, wish } = await open();
    fireEvent.click(screen.getByRole('tab', { name: 'Chat' }));
    await wish({ evaluation: 'run-b', target: 'label_error', run: true });
    expect(evaluations.evaluation.mock.lastCall![1]).toBe('run-b');
    expect(screen.getByRole('tab', { name: 'Findings' })).toHaveAttribute(
      'aria-selected',
      'true'
    );
    expect(analysis.startJob.mock.lastCall!.slice(0, 3)).toMatchObject([
      'analyse',
      'blood',
      { evaluation: 'run-b', target: 'label_error' }
    ]);
  });

  it('that the server refuses says why', async () => {
    await open({
      startJob: async () => {
        throw new VisionLensError(REFUSED);
      }
    });
    fireEvent.click(screen.getByRole('button', { name: 'Run' }));
    await settle();
    expect(screen.getByText('Lower min_objects.')).toBeVisible();
  });
});

describe('what is no finding', () => {
  it('is listed with the reason, and each shows its view', async () => {
    const { model } = await open();
    expect(
      screen.getByText(/2 further patterns were looked at and are no findings/)
    ).toBeVisible();
    expect(
      screen.getByText(/1,240 patterns tested · 4,888 units in 364 groups/)
    ).toBeVisible();
    expect(screen.getByText('500 values, none frequent')).toBeInTheDocument();
    expect(
      screen.getByText(/does not hold on the held-out half/)
    ).toBeInTheDocument();
    fireEvent.click(screen.getByText('lens is C'));
    await settle();
    expect(model.setView.mock.lastCall![0]).toMatchObject({
      level: 'annotations',
      filter: { value: "lens = 'C'" }
    });
  });

  it('names what is too small to be tested, with what it lacks', async () => {
    const { model } = await open();
    expect(
      screen.getByText(/1 pattern looks worse but is too small to be tested/)
    ).toBeVisible();
    expect(screen.getByText(/9 objects in 4 groups/)).toBeInTheDocument();
    fireEvent.click(screen.getByText('lens is D'));
    await settle();
    expect(model.setView.mock.lastCall![0]).toMatchObject({
      filter: { value: "lens = 'D'" }
    });
  });

  it('says so where nothing could be tested', async () => {
    await open({
      findings: async () => [],
      analyses: async () => [{ ...ANALYSIS, tested: 0 }]
    });
    expect(screen.getByText('No pattern could be tested.')).toBeVisible();
  });

  it('may be everything: what was tested and what that means', async () => {
    await open({ findings: async () => [] });
    expect(screen.getByText('No pattern holds on both halves.')).toBeVisible();
    expect(screen.getByText(/at least 50 units and 20 groups/)).toBeVisible();
  });

  it('before anybody looked', async () => {
    await open({ findings: async () => [], analyses: async () => [] });
    expect(
      screen.getByText(/Nobody has looked for patterns in run-a/)
    ).toBeVisible();
  });

  it('without an evaluation leads to the evaluation panel', async () => {
    const { executed } = await open(
      {},
      { evaluations: { evaluations: jest.fn().mockResolvedValue([]) } }
    );
    fireEvent.click(screen.getByText('Open the evaluation'));
    expect(executed[0][0]).toBe(CommandIDs.openEvaluation);
  });
});

describe('the report', () => {
  it('comes as a file', async () => {
    const { analysis } = await open();
    const click = jest
      .spyOn(HTMLAnchorElement.prototype, 'click')
      .mockImplementation(() => undefined);
    URL.createObjectURL = jest.fn(() => 'blob:x');
    URL.revokeObjectURL = jest.fn();
    fireEvent.click(screen.getByText('Report…'));
    fireEvent.click(screen.getByText('HTML, one file'));
    await settle();
    expect(analysis.report).toHaveBeenCalledWith('blood', {
      format: 'html',
      evaluation: 'run-a',
      findings: ['f1']
    });
    expect(click).toHaveBeenCalled();
  });
});
