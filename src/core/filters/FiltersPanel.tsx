import * as React from 'react';
import { useStore } from 'zustand';
import type { IPanelContext } from '../client/context';
import { Button } from '../components/Button';
import { ErrorBox } from '../components/ErrorBox';
import { formatCount, unbroken } from '../components/format';
import { HeaderLine } from '../components/HeaderLine';
import { ToggleButton } from '../components/ToggleButton';
import { CommandIDs } from '../tokens';
import type { IWorkspaceModel } from '../workspace/types';
import { Conditions } from './condition/Conditions';
import { Facets } from './facets/Facets';
import { HistoryButtons } from './HistoryButtons';
import { SavedViews } from './savedViews/SavedViews';
import { SearchBox } from '../search/SearchBox';
import { SqlBox } from './text/SqlBox';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IErrorBody } from '../client/types';

interface IProps {
  readonly model: IWorkspaceModel;
  readonly context: IPanelContext;
}

/** Name and size of the dataset. */
function DatasetHead(props: IProps): JSX.Element {
  const { model, context } = props;
  const { trans } = context;
  const detail = useStore(model.store, state => state.detail);
  const slug = useStore(model.store, state => state.dataset);
  return (
    <header className="vl-dataset-head">
      <h2 title={slug}>{detail?.name ?? slug}</h2>
      <HistoryButtons model={model} trans={trans} />
      {detail && (
        <p>
          {[
            trans._n(
              '%2 image',
              '%2 images',
              detail.samples,
              formatCount(detail.samples)
            ),
            trans._n(
              '%2 annotation',
              '%2 annotations',
              detail.annotations,
              formatCount(detail.annotations)
            ),
            trans._n(
              '%2 class',
              '%2 classes',
              detail.classes,
              formatCount(detail.classes)
            )
          ]
            .map(unbroken)
            .join(' · ')}
        </p>
      )}
    </header>
  );
}

/** The filters of one workspace. */
export function FiltersPanel(props: IProps): JSX.Element {
  const { model, context } = props;
  const { trans } = context;
  const error = useStore(model.store, state => state.error);
  const [sql, setSql] = React.useState(false);

  return (
    <div className="vl-filters-body">
      <DatasetHead {...props} />
      <SavedViews model={model} context={context} />
      <HeaderLine model={model} trans={trans} />
      <SearchBox model={model} context={context} />
      <div className="vl-text-filters">
        <PredicateBox model={model} trans={trans} />
        <ToggleButton
          pressed={sql}
          title={trans.__('A SELECT whose result becomes the view')}
          onToggle={setSql}
        >
          {trans.__('SQL')}
        </ToggleButton>
      </div>
      {sql && (
        <SqlBox model={model} context={context} onClose={() => setSql(false)} />
      )}
      <Conditions
        model={model}
        context={context}
        onEditSql={() => setSql(true)}
      />
      {error && <ErrorBox error={error} trans={trans} />}
      <Facets model={model} context={context} />
    </div>
  );
}

/** What the sidebar shows while no dataset is open. */
export function NoWorkspace(props: { context: IPanelContext }): JSX.Element {
  const { commands, trans } = props.context;
  return (
    <div className="vl-empty">
      <p>{trans.__('Open a dataset to filter it.')}</p>
      <Button
        kind="primary"
        onClick={() => void commands.execute(CommandIDs.showDatasets)}
      >
        {trans.__('Show datasets')}
      </Button>
    </div>
  );
}

/** The filter as text. Enter applies it, Escape takes an edit back. */
export function PredicateBox(props: {
  model: IWorkspaceModel;
  trans: TranslationBundle;
}): JSX.Element {
  const { model, trans } = props;
  const predicate = useStore(model.store, state => state.predicate);
  const [text, setText] = React.useState(predicate);
  const [error, setError] = React.useState<IErrorBody | null>(null);

  React.useEffect(() => {
    setText(predicate);
    setError(null);
  }, [predicate]);

  const apply = async (): Promise<void> => {
    if (text.trim() !== predicate) {
      setError(await model.setPredicate(text.trim()));
    }
  };

  return (
    <div className="vl-predicate">
      <input
        className="vl-input vl-predicate-input"
        value={text}
        spellCheck={false}
        placeholder={trans.__("class = 'car' and confidence < 0.5")}
        aria-label={trans.__('Filter as text')}
        aria-invalid={error !== null}
        title={trans.__('Filter as text; Enter applies it')}
        onChange={event => setText(event.target.value)}
        onKeyDown={event => {
          if (event.key === 'Enter') {
            void apply();
          } else if (event.key === 'Escape') {
            setText(predicate);
            setError(null);
          }
        }}
      />
      {error && <ErrorBox error={error} trans={trans} />}
    </div>
  );
}
