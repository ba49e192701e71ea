import * as React from 'react';
import { useStore } from 'zustand';
import type { IPanelContext } from '../client/context';
import type { ISampleDetail } from '../client/types';
import { ErrorBox } from '../components/ErrorBox';
import { useAction } from '../components/useAction';
import { TagForm } from '../components/TagForm';
import type { IWorkspaceModel } from '../workspace/types';

interface IProps {
  readonly model: IWorkspaceModel;
  readonly context: IPanelContext;
  readonly sample: ISampleDetail;
  /** Called after a change, to show it. */
  readonly onChanged: () => void;
}

/** Tags of the sample shown, to add and remove. */
export function SampleTags(props: IProps): JSX.Element {
  const { model, context, sample, onChanged } = props;
  const { client, trans } = context;
  const dataset = useStore(model.store, state => state.dataset);
  const tags = useStore(model.store, state => state.detail?.tags);
  const { error, run } = useAction();

  const change = async (tag: string, remove: boolean): Promise<void> => {
    await client.tag(dataset, {
      tag,
      remove,
      level: 'samples',
      ids: [sample.sample_id]
    });
    onChanged();
    await model.refresh();
  };

  return (
    <div className="vl-sample-tags">
      <ul className="vl-chip-list" aria-label={trans.__('Tags')}>
        {sample.tags.map(tag => (
          <li key={tag} className="vl-tag" data-tag={tag}>
            <span className="vl-chip-text">{tag}</span>
            <button
              type="button"
              aria-label={trans.__('Remove tag %1', tag)}
              onClick={() => void run(() => change(tag, true))}
            >
              ✕
            </button>
          </li>
        ))}
      </ul>
      <TagForm
        trans={trans}
        known={(tags ?? []).flatMap(({ name }) => (name ? [name] : []))}
        onAdd={tag => change(tag, false)}
      />
      {error && <ErrorBox error={error} trans={trans} />}
    </div>
  );
}
