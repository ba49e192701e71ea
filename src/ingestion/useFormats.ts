import * as React from 'react';
import type { IClient } from '../core/client/context';
import type { IFormatInfo } from '../core/client/types';

/** The formats that can be read; none while they are not known, detection works all the same. */
export function useFormats(client: IClient): readonly IFormatInfo[] {
  const [formats, setFormats] = React.useState<IFormatInfo[]>([]);
  React.useEffect(() => {
    let mounted = true;
    client.formats().then(
      list => mounted && setFormats(list),
      reason => console.warn('VisionLens: no list of formats', reason)
    );
    return () => {
      mounted = false;
    };
  }, [client]);
  return formats;
}
