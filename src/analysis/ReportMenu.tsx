import * as React from 'react';
import type { IDownload, ReportFormat } from './client';
import type { IPanelContext } from '../core/client/context';
import { Button } from '../core/components/Button';
import { ErrorBox } from '../core/components/ErrorBox';
import { useAction } from '../core/components/useAction';
import { Popover } from '../core/components/Popover';

/** Hand a file to the browser's downloads. */
export function download({ name, content }: IDownload): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}

/** Findings with their pictures, as a file to pass on. */
export function ReportMenu(props: {
  context: IPanelContext;
  dataset: string;
  evaluation: string;
  /** Those that the panel shows. */
  findings: readonly string[];
}): JSX.Element {
  const { context, dataset, evaluation, findings } = props;
  const { trans, client } = context;
  const [open, setOpen] = React.useState(false);
  const { busy, error, run } = useAction();
  const write = (format: ReportFormat): Promise<boolean> =>
    run(async () => {
      const request = { format, evaluation, findings: [...findings] };
      download(await client.analysis.report(dataset, request));
      setOpen(false);
    });
  const formats: [ReportFormat, string][] = [
    ['html', trans.__('HTML, one file')],
    ['markdown', trans.__('Markdown with pictures, zipped')]
  ];
  return (
    <Popover
      label={trans.__('Report…')}
      title={trans.__('Download the findings with pictures')}
      open={open}
      onToggle={setOpen}
      disabled={findings.length === 0}
      kind="menu"
    >
      {formats.map(([format, label]) => (
        <Button
          key={format}

          role="menuitem"
          kind="item"
          disabled={busy}
          onClick={() => void write(format)}
        >
          {label}
        </Button>
      ))}
      {error && <ErrorBox error={error} trans={trans} />}
    </Popover>
  );
}
