/** A form from the JSON schema of an operator's arguments. */
import { FormComponent } from '@jupyterlab/ui-components';
import type { ITranslator } from '@jupyterlab/translation';
import type { ReadonlyJSONObject } from '@lumino/coreutils';
import {
  type FieldTemplateProps,
  getDefaultFormState,
  type RJSFSchema
} from '@rjsf/utils';
// This module is loaded with the first form.
// eslint-disable-next-line jupyter/prefer-lazy-imports
import { customizeValidator } from '@rjsf/validator-ajv8';
import * as React from 'react';

export type Arguments = ReadonlyJSONObject;

const validator = customizeValidator<Arguments>();

/** The schema as the form takes it: its title stands above already, and any draft of the standard will do. */
export function schemaOf(
  form: Readonly<Record<string, unknown>> | null
): RJSFSchema {
  const dropped = ['$schema', 'title', 'description'];
  const kept = Object.entries(form ?? {}).filter(
    ([name]) => !dropped.includes(name)
  );
  return { type: 'object', ...Object.fromEntries(kept) };
}

/** What the arguments are before anybody has changed them. */
export function defaultsOf(schema: RJSFSchema): Arguments {
  return (getDefaultFormState(validator, schema, {}, schema) ??
    {}) as Arguments;
}

export function fits(schema: RJSFSchema, values: Arguments): boolean {
  return validator.isValid(schema, values, schema);
}

/** Lab's own has headings that name no control. */
function Field(props: FieldTemplateProps): JSX.Element {
  const { id, label, schema, required, displayLabel, rawErrors, hidden } =
    props;
  if (hidden) {
    return <div hidden>{props.children}</div>;
  }
  const errors = [...new Set(rawErrors ?? [])];
  const described = schema.type !== 'object' && schema.type !== 'array';
  return (
    <div className="vl-schema-field" data-type={schema.type}>
      {displayLabel && described && (
        <label htmlFor={id}>
          {label}
          {required && <span aria-hidden="true"> *</span>}
        </label>
      )}
      {props.children}
      {described && schema.description && (
        <p id={`${id}__description`} className="vl-quiet">
          {schema.description}
        </p>
      )}
      {errors.length > 0 && described && (
        <p id={`${id}__error`} className="vl-schema-error" role="alert">
          {errors.join('; ')}
        </p>
      )}
    </div>
  );
}

const TEMPLATES = { FieldTemplate: Field };

interface IProps {
  readonly schema: RJSFSchema;
  readonly values: Arguments;
  /** Whether what does not fit is said already. */
  readonly judged: boolean;
  readonly translator?: ITranslator;
  readonly onChange: (values: Arguments) => void;
  readonly onSubmit: () => void;
  /** What stands at its end, the button that sends it among it. */
  readonly children: React.ReactNode;
}

export function SchemaForm(props: IProps): JSX.Element {
  const { schema, values, judged } = props;
  return (
    <FormComponent
      className="vl-schema-form"
      idPrefix="vl-argument"
      schema={schema}
      validator={validator}
      formData={values}
      templates={TEMPLATES}
      liveValidate={judged}
      showErrorList={false}
      noHtml5Validate
      showModifiedFromDefault={false}
      onChange={({ formData }) => props.onChange(formData ?? {})}
      onSubmit={props.onSubmit}
    >
      {props.children}
    </FormComponent>
  );
}
