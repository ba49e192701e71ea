import * as React from 'react';
import { useStore } from 'zustand';
import type { IPanelContext } from '../core/client/context';
import type { Level } from '../core/client/types';
import { ErrorBox } from '../core/components/ErrorBox';
import { useAnswer } from '../core/components/useAnswer';
import { Choice, SubmitButton, TextField } from '../core/forms/fields';
import { type IForm, useForm } from '../core/forms/useForm';
import type { IWorkspaceModel } from '../core/workspace/types';
import type { IEmbedder, IInstalled, Method } from '../embeddings/client';
import type { MapModel } from './mapModel';
import { METHODS } from './methods';
import type { TranslationBundle } from '@jupyterlab/translation';

interface IProps {
  readonly model: IWorkspaceModel;
  readonly context: IPanelContext;
  readonly map: MapModel;
  readonly onStarted: () => void;
}

const EXAMPLE = 'open_clip:ViT-B-32/laion2b_s34b_b79k';

/** Principal components need nothing installed. */
const NOTHING_KNOWN: IInstalled = {
  embedders: [],
  projections: [
    { method: 'pca', label: METHODS.pca, available: true, reason: '' }
  ]
};

/** The entry that means new embeddings. */
const NEW = '';

interface IValues {
  readonly space: string;
  /** Null: the first that is available; so with the method. */
  readonly embedder: string | null;
  readonly checkpoint: string;
  readonly level: Level;
  readonly method: Method | null;
  readonly dimensions: 2 | 3;
}

/** Embed with a model, or project vectors that are there already; both are jobs. */
export function ComputeForm(props: IProps): JSX.Element {
  const { model, context, map, onStarted } = props;
  const { trans, client } = context;
  const spaces = useStore(map.store, state => state.spaces) ?? [];
  const dataset = useStore(model.store, state => state.dataset);
  const viewLevel = useStore(model.store, state => state.view.level);
  const installed = useAnswer('installed', () => client.embeddings.installed());
  const { embedders, projections } = installed.answer ?? NOTHING_KNOWN;
  const embedderOf = ({ embedder }: IValues): string | null =>
    embedder ?? embedders.find(({ available }) => available)?.model ?? null;
  const methodOf = ({ method }: IValues): Method =>
    method ?? projections.find(({ available }) => available)?.method ?? 'pca';
  const form = useForm<IValues>({
    initial: {
      space: spaces[0]?.space ?? NEW,
      embedder: null,
      checkpoint: '',
      level: viewLevel,
      method: null,
      dimensions: 2
    },
    validate: values =>
      values.space === NEW && !(values.checkpoint.trim() || embedderOf(values))
        ? { embedder: true }
        : {},
    onSubmit: async values => {
      const { space, checkpoint, level, dimensions } = values;
      await (space === NEW
        ? client.embeddings.startJob('embed', dataset, {
            model: checkpoint.trim() || embedderOf(values),
            level,
            project: methodOf(values)
          })
        : client.embeddings.startJob('project', dataset, {
            space,
            method: methodOf(values),
            dimensions
          }));
      onStarted();
    }
  });
  const isNew = form.values.space === NEW;
  const error = form.error ?? installed.error;
  return (
    <form className="vl-map-form" {...form.handlers}>
      {spaces.length > 0 && (
        <Choice
          label={trans.__('Vectors')}
          {...form.bind('space')}
          options={[
            ...spaces.map(({ space }) => [space, space] as const),
            [NEW, trans.__('Compute new ones…')]
          ]}
        />
      )}
      {isNew && (
        <ModelFields
          form={form}
          embedders={installed.answer || error ? embedders : null}
          embedder={embedderOf(form.values)}
          trans={trans}
        />
      )}
      <Choice
        label={trans.__('Projection')}
        {...form.bind('method')}
        value={methodOf(form.values)}
        options={projections.map(each => [
          each.method,
          each.label,
          { disabled: !each.available, title: each.reason }
        ])}
      />
      <NotInstalled choices={projections} trans={trans} />
      {!isNew && (
        <Choice
          label={trans.__('Dimensions')}
          {...form.bind('dimensions')}
          options={[
            [2, '2'],
            [3, '3']
          ]}
        />
      )}
      {error && <ErrorBox error={error} trans={trans} />}
      <SubmitButton disabled={!form.canSubmit}>
        {isNew ? trans.__('Compute embeddings') : trans.__('Project')}
      </SubmitButton>
    </form>
  );
}

/** Which model embeds, and what; `embedders` is null while they are not known. */
function ModelFields(props: {
  form: IForm<IValues>;
  embedders: readonly IEmbedder[] | null;
  embedder: string | null;
  trans: IPanelContext['trans'];
}): JSX.Element {
  const { form, embedders, embedder, trans } = props;
  const info = embedders?.find(({ model }) => model === embedder);
  const isTyped = form.values.checkpoint.trim() !== '';
  return (
    <>
      <Choice
        label={trans.__('Model')}
        {...form.bind('embedder')}
        value={embedder ?? ''}
        disabled={isTyped}
        options={
          embedders?.map(each => [
            each.model,
            each.has_text
              ? trans.__('%1 (images and text)', each.label)
              : each.label,
            {
              disabled: !each.available,
              title: each.available ? each.description : each.reason
            }
          ]) ?? [['', trans.__('Loading…')]]
        }
      />
      <NotInstalled choices={embedders ?? []} trans={trans} />
      {info && !isTyped && (
        <p className="vl-quiet">
          {info.description}
          {info.reason && <> {info.reason}</>}
        </p>
      )}
      <TextField
        label={trans.__('Or a checkpoint')}
        {...form.bind('checkpoint')}
        placeholder={EXAMPLE}
        title={trans.__(
          'open_clip:<architecture>/<tag>, transformers:<hub id or folder>, or the path of a checkpoint on the server'
        )}
      />
      <Choice
        label={trans.__('Of')}
        {...form.bind('level')}
        options={[
          ['samples', trans.__('Images')],
          ['annotations', trans.__('Objects in them')]
        ]}
      />
    </>
  );
}

interface INotInstalledProps {
  readonly choices: readonly {
    readonly label: string;
    readonly available: boolean;
    readonly reason?: string;
  }[];
  readonly trans: TranslationBundle;
}

/** What is grey in a list, and the command that installs it. */
export function NotInstalled({
  choices,
  trans
}: INotInstalledProps): JSX.Element | null {
  const reasons = new Map<string, string[]>();
  for (const { label, available, reason } of choices) {
    if (!available && reason) {
      reasons.set(reason, [...(reasons.get(reason) ?? []), label]);
    }
  }
  if (reasons.size === 0) {
    return null;
  }
  const labels = [...reasons.values()].flat();
  return (
    <details className="vl-quiet">
      <summary>{trans.__('Not installed: %1', labels.join(', '))}</summary>
      {[...reasons.keys()].map(reason => (
        <p key={reason}>{reason}</p>
      ))}
    </details>
  );
}
