import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IClient } from '../core/client/context';
import type { ExportFormat, ExportImages } from './client';
import type { IErrorBody } from '../core/client/types';
import { ErrorBox } from '../core/components/ErrorBox';
import { formatCount } from '../core/components/format';
import { PathField } from '../ingestion/PathField';
import { sourceName } from '../core/outcomes/sourceName';

export type Extent = 'selection' | 'view' | 'dataset';

/** What the form asks for. */
export interface IExportChoice {
  readonly extent: Extent;
  readonly format: ExportFormat;
  readonly path: string;
  readonly images: ExportImages;
  readonly source: string;
  /** Of YOLO; empty: as the labels are. */
  readonly task: string;
}

interface IProps {
  readonly choice: IExportChoice;
  /** How many samples or annotations each extent has; those without any are not offered. */
  readonly counts: Readonly<Record<Extent, number>>;
  readonly sources: readonly string[];
  readonly error: IErrorBody | null;
  readonly client: IClient;
  readonly trans: TranslationBundle;
  readonly onChange: (choice: IExportChoice) => void;
}

interface IChoiceProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly (readonly [Value, string])[];
  readonly onChange: (value: Value) => void;
}

/** One of several, with its name before it. */
function Choice<Value extends string>(props: IChoiceProps<Value>): JSX.Element {
  return (
    <label className="vl-field">
      <span>{props.label}</span>
      <select
        className="vl-input"
        value={props.value}
        onChange={({ target }) => props.onChange(target.value as Value)}
      >
        {props.options.map(([value, label]) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    </label>
  );
}

/** What to export, in which format, and where to. */
export function ExportForm(props: IProps): JSX.Element {
  const { counts, sources, client, trans, error } = props;
  const [choice, setChoice] = React.useState(props.choice);
  const change = (some: Partial<IExportChoice>): void => {
    const next = { ...choice, ...some };
    setChoice(next);
    props.onChange(next);
  };
  const extents: [Extent, string][] = [
    [
      'selection',
      trans.__('The selection (%1)', formatCount(counts.selection))
    ],
    ['view', trans.__('The view (%1)', formatCount(counts.view))],
    [
      'dataset',
      trans.__('The whole dataset (%1 samples)', formatCount(counts.dataset))
    ]
  ];
  return (
    <div className="vl-export-form vl-panel">
      <Choice
        label={trans.__('What')}
        value={choice.extent}
        options={extents.filter(([extent]) => counts[extent] > 0)}
        onChange={extent => change({ extent })}
      />
      {sources.length > 1 && (
        <Choice
          label={trans.__('Labels')}
          value={choice.source}
          options={sources.map(source => [source, sourceName(source, trans)])}
          onChange={source => change({ source })}
        />
      )}
      <Choice
        label={trans.__('Format')}
        value={choice.format}
        options={[
          ['coco', trans.__('COCO JSON')],
          ['yolo', trans.__('YOLO')],
          ['voc', trans.__('Pascal VOC')],
          ['class_folders', trans.__('Class folders')]
        ]}
        onChange={format => change({ format })}
      />
      {choice.format === 'yolo' && (
        <Choice
          label={trans.__('Task')}
          value={choice.task}
          options={[
            ['', trans.__('As the labels are')],
            ['detect', trans.__('Boxes (detect)')],
            ['segment', trans.__('Polygons (segment)')],
            ['obb', trans.__('Rotated boxes (obb)')],
            ['pose', trans.__('Keypoints (pose)')]
          ]}
          onChange={task => change({ task })}
        />
      )}
      <Choice
        label={trans.__('Images')}
        value={choice.images}
        options={[
          ['copy', trans.__('Copy')],
          ['link', trans.__('Link, without using room')],
          ['none', trans.__('Leave out: labels only')]
        ]}
        onChange={images => change({ images })}
      />
      <PathField
        label={trans.__('Folder on the server, new or empty')}
        value={choice.path}
        invalid={error !== null}
        client={client}
        trans={trans}
        onChange={path => change({ path })}
      >
        {null}
      </PathField>
      <p className="vl-quiet">
        {trans.__('What the format cannot hold is listed when it is done.')}
      </p>
      {error && <ErrorBox error={error} trans={trans} />}
    </div>
  );
}
