import * as React from 'react';
import type { IPanelContext } from '../core/client/context';
import { FolderBrowser } from './FolderBrowser';
import { PathField } from './PathField';
import { Button } from '../core/components/Button';

/** A file or folder of the server, typed or found by browsing. */
export function SourceField(props: {
  readonly context: IPanelContext;
  readonly label: string;
  readonly value: string;
  readonly invalid: boolean;
  readonly onChange: (value: string) => void;
}): JSX.Element {
  const { context, value, onChange } = props;
  const { client, trans } = context;
  const [browsing, setBrowsing] = React.useState(false);
  return (
    <>
      <PathField {...props} client={client} trans={trans}>
        <Button aria-expanded={browsing} onClick={() => setBrowsing(!browsing)}>
          {trans.__('Browse')}
        </Button>
      </PathField>
      {browsing && (
        <FolderBrowser
          context={context}
          start={null}
          chosen={value}
          onChoose={onChange}
        />
      )}
    </>
  );
}
