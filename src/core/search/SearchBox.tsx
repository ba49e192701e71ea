import type { TranslationBundle } from '@jupyterlab/translation';
import { imageIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import { useStore } from 'zustand';
import { ClassSwatch } from '../components/ClassSwatch';
import { Combobox, type IOption } from '../components/Combobox';
import { formatCount } from '../components/format';
import { Button } from '../components/Button';
import { ErrorBox } from '../components/ErrorBox';
import type { IPanelContext } from '../client/context';
import { useImageDrop, useSemanticSearch } from './useSemanticSearch';
import { pickFiles } from '../files/imageFiles';
import type { IWorkspaceModel } from '../workspace/types';
import { applySuggestion, meanings, searchText, setSearch } from './search';

/** While typing, the search waits this long (milliseconds). */
const DELAY = 250;

interface IProps {
  readonly model: IWorkspaceModel;
  readonly context: IPanelContext;
}

/** The option that searches by what the text describes. */
const DESCRIBED = 'described';

/** Searches names while you type; the list offers what else the text may mean. */
export function SearchBox({ model, context }: IProps): JSX.Element {
  const { trans } = context;
  const meaning = useSemanticSearch(model, context);
  const root = React.useRef<HTMLDivElement>(null);
  const searched = useStore(model.store, state =>
    searchText(state.view.filter)
  );
  const detail = useStore(model.store, state => state.detail);
  const [text, setText] = React.useState(searched);
  const timer = React.useRef<number>();

  React.useEffect(() => setText(searched), [searched]);
  React.useEffect(() => () => window.clearTimeout(timer.current), []);
  useImageDrop(root, context, meaning);

  const apply = (wanted: string): void => {
    window.clearTimeout(timer.current);
    const { filter } = model.store.getState().view;
    if (wanted !== searchText(filter)) {
      model.setFilter(setSearch(filter, wanted), 'search');
    }
  };
  const typed = text.trim();
  const offers =
    typed && detail
      ? meanings(typed, detail).map(meaning => ({
          meaning,
          option: option(meaning, trans)
        }))
      : [];

  const described: IOption[] =
    typed && meaning.offered
      ? [
          {
            value: DESCRIBED,
            label: trans.__('What looks like “%1”', typed),
            group: trans.__('By meaning')
          }
        ]
      : [];

  return (
    <div ref={root} className="vl-search-drop" aria-busy={meaning.busy}>
      <Combobox
        className="vl-search"
        type="search"
        label={trans.__('Search names')}
        title={trans.__('Search file names, classes and tags (/)')}
        placeholder={trans.__('Search names, classes, tags')}
        value={text}
        options={[...described, ...offers.map(({ option }) => option)]}
        onText={value => {
          if (text === '') {
            meaning.look();
          }
          setText(value);
          window.clearTimeout(timer.current);
          timer.current = window.setTimeout(() => apply(value.trim()), DELAY);
        }}
        onChoose={chosen => {
          window.clearTimeout(timer.current);
          if (
            chosen.value === DESCRIBED &&
            chosen.group === described[0]?.group
          ) {
            setText('');
            apply('');
            meaning.text(typed);
            return;
          }
          const offer = offers.find(({ option }) => option === chosen);
          if (offer) {
            setText('');
            const { filter } = model.store.getState().view;
            model.setFilter(applySuggestion(filter, offer.meaning), 'search');
          }
        }}
        onEnter={() => apply(typed)}
        onEscape={() => {
          setText('');
          apply('');
        }}
      />
      <Button
        kind="icon"
        title={trans.__(
          'Search by an image of this computer, or drop one here; it is not added to the dataset'
        )}
        aria-label={trans.__('Search by an image')}
        disabled={meaning.busy}
        onClick={() =>
          void pickFiles(false).then(([file]) => file && meaning.image(file))
        }
      >
        <imageIcon.react tag="span" width="14px" />
      </Button>
      {meaning.error && <ErrorBox error={meaning.error} trans={trans} />}
    </div>
  );
}

function option(
  { kind, field, value, samples }: ReturnType<typeof meanings>[number],
  trans: TranslationBundle
): IOption {
  const detail = samples === null ? undefined : formatCount(samples);
  switch (kind) {
    case 'class':
      return {
        value,
        label: value,
        detail,
        group: trans.__('Classes'),
        icon: <ClassSwatch name={value} />
      };
    case 'tag':
      return { value, label: value, detail, group: trans.__('Tags') };
    default:
      return {
        value: field,
        label:
          field === 'path'
            ? trans.__('Path contains “%1”', value)
            : trans.__('Caption contains “%1”', value),
        group: trans.__('Elsewhere')
      };
  }
}
