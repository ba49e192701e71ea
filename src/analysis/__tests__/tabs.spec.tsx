import '@testing-library/jest-dom';
import { fireEvent, screen, within } from '@testing-library/react';
import { CommandIDs } from '../../core/tokens';
import type { IJob } from '../../core/client/types';
import { job } from '../../core/jobs/__tests__/fakes';
import { agentRun, ANALYSIS, ATTRIBUTE, MODEL, SETTINGS } from './fixtures';
import { open, setUp, settle } from './open';

setUp();

const WITH_MODEL = { agentSettings: async () => ({ ...SETTINGS, model: 'm' }) };

function tab(name: string): void {
  fireEvent.click(screen.getByRole('tab', { name }));
}

it('arrows go from tab to tab', async () => {
  await open();
  const first = screen.getByRole('tab', { name: 'Findings' });
  fireEvent.keyDown(first, { key: 'ArrowLeft' });
  await settle();
  expect(screen.getByRole('tab', { name: 'Attributes' })).toHaveFocus();
});

it('opens on the evaluation that was analysed last', async () => {
  const { analysis } = await open({
    analyses: async () => [{ ...ANALYSIS, evaluation: 'run-b' }]
  });
  const asked = analysis.findings.mock.calls.map(call => call[1]);
  expect(new Set(asked)).toEqual(new Set(['run-b']));
});

describe('the chat', () => {
  it('shows words, evidence, views and findings as links', async () => {
    const { model } = await open({
      ...WITH_MODEL,
      agentRuns: async () => [
        agentRun(),
        agentRun({ run: 'r0', question: 'Hm?' })
      ]
    });
    tab('Chat');
    await settle();
    const thread = screen.getByRole('log', { name: 'Conversation' });
    const questions = [...thread.querySelectorAll('.vl-chat-question')];
    expect(questions.map(({ textContent }) => textContent)).toEqual([
      'Hm?',
      'How many are at night?'
    ]);
    const last = within(thread.querySelector<HTMLElement>('[data-run="r1"]')!);
    expect(last.getByText('81 images are at night.')).toBeVisible();
    expect(last.getByText(/confirmed 1 finding/)).toBeVisible();
    expect(last.getByText(/1 statement was dropped/)).toBeVisible();
    const ideas = last.getByRole('list', { name: 'Ideas, not checked' });
    expect(ideas).toHaveTextContent(
      'Idea, not checked Could headlights dazzle the camera?'
    );
    expect(last.queryByText(/Not checked: an earlier/)).toBeNull();
    fireEvent.click(last.getByTitle('Rests on call-1'));
    await settle();
    expect(last.getByText('81 samples')).toBeVisible();
    fireEvent.click(last.getByText('Steps'));
    await settle();
    expect(last.getByText('2 steps')).toBeVisible();
    fireEvent.click(last.getByTitle('Make it the view'));
    await settle();
    expect(model.setView.mock.lastCall![0]).toMatchObject({
      level: 'samples',
      filter: { value: "time_of_day = 'night'" }
    });
    fireEvent.click(last.getByText('Finding'));
    expect(screen.getByRole('tab', { name: 'Findings' })).toHaveAttribute(
      'aria-selected',
      'true'
    );
  });

  it('says of answers that an earlier version let a model word that they are not checked', async () => {
    const text = 'The model is ready.';
    const answer = { text, claims: [], ideas: [], findings: [], views: [] };
    await open({
      ...WITH_MODEL,
      agentRuns: async () => [
        agentRun({ answer: { ...answer, dropped: 0, outdated: true } })
      ]
    });
    tab('Chat');
    await settle();
    const thread = screen.getByRole('log', { name: 'Conversation' });
    expect(thread).toHaveTextContent(/Not checked: an earlier version.*ready/);
  });

  it('asks, goes on from the last answer, and begins anew', async () => {
    const { analysis, jobs } = await open({
      ...WITH_MODEL,
      agentRuns: async () => [agentRun()]
    });
    tab('Chat');
    await settle();
    const box = screen.getByRole('textbox', { name: 'Question' });
    const ask = async (text: string): Promise<void> => {
      fireEvent.change(box, { target: { value: text } });
      fireEvent.keyDown(box, { key: 'Enter' });
      await settle();
    };
    await ask('And by day?');
    expect(analysis.startJob.mock.lastCall![2]).toMatchObject({
      agent: 'chat',
      question: 'And by day?',
      evaluation: 'run-a',
      conversation: 'r1'
    });
    expect(box).toHaveValue('');
    jobs.push(
      job({
        kind: 'agent',
        dataset: 'blood',
        job: 'j10',
        agent: { agent: 'chat', question: 'And by day?' } as IJob['agent']
      })
    );
    await settle(4000);
    expect(screen.getByText('And by day?')).toBeVisible();
    fireEvent.click(screen.getByText('New conversation'));
    expect(screen.queryByText('How many are at night?')).toBeNull();
  });

  it('says that there is no model, and who answers instead', async () => {
    await open();
    tab('Chat');
    await settle();
    expect(
      screen.getByText(/Set VisionLens.model in the server/, {
        selector: '[role=status]'
      })
    ).toBeVisible();
    fireEvent.click(screen.getByText('Let statistics look for errors'));
    expect(screen.getByRole('tab', { name: 'Findings' })).toHaveAttribute(
      'aria-selected',
      'true'
    );
  });
});

describe('visual attributes', () => {
  it('show agreement and calibration, and can be deleted', async () => {
    const { analysis } = await open();
    tab('Attributes');
    await settle();
    const row = within(
      screen
        .getByText('How is the scene lit?', { selector: 'h3' })
        .closest('li')!
    );
    expect(row.getByText(/agreement of wordings .93/)).toBeVisible();
    expect(row.getByText('not calibrated')).toBeVisible();
    expect(row.getByText('no labels yet')).toBeVisible();
    fireEvent.click(row.getByText('Delete'));
    fireEvent.click(row.getByText('Delete its answers for good'));
    await settle();
    expect(analysis.deleteAttribute).toHaveBeenCalledWith('blood', 'lighting');
  });

  it('are asked of a model: built-in questions and one of the user’s own', async () => {
    const { analysis } = await open({ attributes: async () => [] });
    tab('Attributes');
    await settle();
    const form = within(
      screen.getByRole('form', { name: 'Ask a model about the images' })
    );
    const ask = form.getByRole('button', { name: 'Ask' });
    expect(ask).toBeDisabled();
    fireEvent.click(form.getByLabelText('Is the picture blurred?'));
    const fill = (label: string, value: string): void => {
      fireEvent.change(form.getByLabelText(label), { target: { value } });
    };
    fill('Question', 'How many people?');
    fill('Name of its field', ' People there ');
    fill('Answers, if not yes or no', 'none, one, several');
    fill('Model', 'transformers:tiny');
    fill('Images at most, drawn at random', '200');
    fireEvent.click(ask);
    await settle();
    const [kind, dataset, request] = analysis.startJob.mock.lastCall!;
    expect([kind, dataset]).toEqual(['attributes', 'blood']);
    expect(request).toMatchObject({
      model: 'transformers:tiny',
      limit: 200,
      view: null,
      trust_remote_code: false,
      attributes: [
        { name: 'blur', kind: 'yes_no' },
        {
          name: 'people_there',
          kind: 'choice',
          options: ['none', 'one', 'several']
        }
      ]
    });
  });

  it('cannot be asked without a model, which is said', async () => {
    await open({
      attributes: async () => [],
      visionModels: async () => ({
        models: [
          { ...MODEL, available: false, reason: 'Install transformers.' }
        ],
        questions: []
      })
    });
    tab('Attributes');
    await settle();
    expect(screen.getByText('Install transformers.')).toBeVisible();
  });

  it('are calibrated by yes and no', async () => {
    const { analysis, executed } = await open({
      calibrate: async () => ({
        ...ATTRIBUTE,
        calibrations: [
          {
            ...ATTRIBUTE.calibrations![0],
            labels: 122,
            usable: false,
            reason: 'Label 10 more hits.'
          }
        ]
      })
    });
    tab('Attributes');
    await settle();
    fireEvent.click(screen.getByText('Calibrate “night”'));
    await settle();
    expect(analysis.calibrationTask.mock.lastCall!.slice(0, 3)).toEqual([
      'blood',
      'lighting',
      { answer: 'night', count: 20 }
    ]);
    const region = screen.getByRole('region', {
      name: 'Calibrate visual_lighting'
    });
    expect(
      screen.getByText('How is the scene lit? Is “night” right?')
    ).toBeVisible();
    fireEvent.keyDown(region, { key: 'y' });
    await settle();
    fireEvent.click(screen.getByRole('button', { name: 'No n' }));
    await settle();
    expect(analysis.calibrate.mock.calls.map(call => call[2])).toEqual([
      { answer: 'night', labels: { 1: true } },
      { answer: 'night', labels: { 2: false } }
    ]);
    expect(screen.getByText(/on 122 labels/)).toBeVisible();
    expect(screen.getByText('Label 10 more hits.')).toBeVisible();
    fireEvent.click(screen.getByText('20 more'));
    await settle();
    expect(analysis.calibrationTask).toHaveBeenCalledTimes(2);
    fireEvent.click(screen.getByRole('button', { name: 'Back' }));
    await settle();
    expect(screen.getByText('Calibrate “night”')).toBeVisible();
    expect(executed.some(([id]) => id === CommandIDs.insertCell)).toBe(false);
  });
});
