import { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IErrorBody } from '../client/types';

/** Why an image did not load: what the server says of its address, since `<img>` does not tell. */
export async function imageError(
  url: string,
  trans: TranslationBundle
): Promise<IErrorBody> {
  try {
    const response = await ServerConnection.makeRequest(
      url,
      {},
      ServerConnection.makeSettings()
    );
    if (!response.ok) {
      return (await response.json()) as IErrorBody;
    }
  } catch {
    // No answer, or none of ours: what is said below still holds.
  }
  return {
    code: 'IMAGE_UNREADABLE',
    message: trans.__('The browser could not show this image.'),
    hint: trans.__('Open the file in an image viewer to check it.'),
    details: { url },
    request_id: null
  };
}
