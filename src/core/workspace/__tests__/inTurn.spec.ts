import { InTurn } from '../inTurn';

it('makes a request once those before it have their answers', async () => {
  const turns = new InTurn();
  const made: number[] = [];
  const answers: (() => void)[] = [];
  const request = (number: number) => () => {
    made.push(number);
    return new Promise<number>(resolve => answers.push(() => resolve(number)));
  };
  const both = [turns.run(request(1)), turns.run(request(2))];
  await Promise.resolve();
  expect(made).toEqual([1]);
  answers[0]();
  expect(await both[0]).toBe(1);
  await Promise.resolve();
  expect(made).toEqual([1, 2]);
  answers[1]();
  expect(await both[1]).toBe(2);
});

it('goes on after one that failed', async () => {
  const turns = new InTurn();
  const failed = turns.run(() => Promise.reject(new Error('no')));
  const next = turns.run(async () => 'yes');
  await expect(failed).rejects.toThrow('no');
  expect(await next).toBe('yes');
});
