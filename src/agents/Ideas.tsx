import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

/** What a language model thinks of, in its own words: nobody has checked it. */
export function Ideas(props: {
  ideas: readonly string[] | undefined;
  trans: TranslationBundle;
}): JSX.Element | null {
  const { ideas, trans } = props;
  if (!ideas?.length) {
    return null;
  }
  return (
    <ul className="vl-ideas" aria-label={trans.__('Ideas, not checked')}>
      {ideas.map(idea => (
        <li key={idea}>
          <span className="vl-idea-label">{trans.__('Idea, not checked')}</span>{' '}
          {idea}
        </li>
      ))}
    </ul>
  );
}
