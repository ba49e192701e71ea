import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IFieldInfo } from '../../client/types';
import { Combobox } from '../../components/Combobox';

/** Any field, found by its name or label, samples' and annotations' apart. */
export function FieldPicker(props: {
  fields: readonly IFieldInfo[];
  chosen: IFieldInfo | null;
  trans: TranslationBundle;
  onChoose: (field: IFieldInfo) => void;
  onEscape: () => void;
}): JSX.Element {
  const { fields, chosen, trans, onChoose } = props;
  const [text, setText] = React.useState<string | null>(null);
  const wanted = (text ?? '').trim().toLowerCase();
  const found = (level: IFieldInfo['level']): IFieldInfo[] =>
    fields.filter(
      field =>
        field.level === level &&
        `${field.label} ${field.name}`.toLowerCase().includes(wanted)
    );
  const all = [...found('samples'), ...found('annotations')];
  return (
    <Combobox
      label={trans.__('Field')}
      placeholder={trans.__('Field')}
      value={text ?? chosen?.label ?? ''}
      options={all.map(({ name, label, level, type }) => ({
        value: name,
        label,
        detail: type,
        group:
          level === 'samples' ? trans.__('Samples') : trans.__('Annotations')
      }))}
      eager
      autoFocus={chosen === null}
      onText={setText}
      onChoose={({ value }) => {
        setText(null);
        onChoose(fields.find(({ name }) => name === value)!);
      }}
      onBlur={() => setText(null)}
      onEscape={props.onEscape}
    />
  );
}
