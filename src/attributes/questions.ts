/** Questions about images that a vision-language model is asked. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IAttributeSpec } from './client';

/** The attribute of a question of the user's own: yes or no, unless answers are given. */
export function ownQuestion(
  name: string,
  question: string,
  answers: string
): IAttributeSpec {
  const options = answers
    .split(',')
    .map(each => each.trim())
    .filter(Boolean);
  const slug = name
    .trim()
    .toLowerCase()
    .replace(/\W+/g, '_')
    .replace(/^_+|_+$/g, '');
  return {
    name: slug,
    question: question.trim(),
    kind: options.length > 0 ? 'choice' : 'yes_no',
    options,
    paraphrases: [],
    level: 'samples'
  };
}

/** What can be calibrated: each answer of an attribute. */
export function answersOf({ kind, options }: IAttributeSpec): string[] {
  return kind === 'yes_no' ? ['yes'] : [...(options ?? [])];
}

export function answerQuestion(
  question: string,
  answer: string,
  kind: IAttributeSpec['kind'],
  trans: TranslationBundle
): string {
  return kind === 'yes_no'
    ? question
    : trans.__('%1 Is “%2” right?', question, answer);
}
