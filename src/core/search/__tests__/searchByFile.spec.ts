import { Notification } from '@jupyterlab/apputils';
import type { IEmbeddingSpace } from '../../../embeddings/client';
import { Searches } from '../../../embeddings/searches';
import {
  fakeEmbeddings,
  fakeModel,
  trans
} from '../../components/__tests__/fakes';
import { imageFile } from '../../../ingestion/uploads/__tests__/fakes';
import { searchByFile } from '../searchByFile';

const CLIP = { space: 'clip', created_at: '1' } as IEmbeddingSpace;

function setUp(encode: jest.Mock) {
  const embeddings = fakeEmbeddings({ spaces: async () => [CLIP], encode });
  const emit = jest.spyOn(Notification, 'emit').mockReturnValue('n1');
  const dismiss = jest.spyOn(Notification, 'dismiss').mockReturnValue();
  const error = jest.spyOn(Notification, 'error').mockReturnValue('n2');
  const model = fakeModel();
  const core = {
    client: { searches: new Searches(embeddings) },
    trans
  } as never;
  return { core, model, emit, dismiss, error };
}

describe('searchByFile', () => {
  afterEach(() => jest.restoreAllMocks());

  it('says that it searches until it has', async () => {
    const encode = jest.fn().mockResolvedValue({ query: 'q' });
    const { core, model, emit, dismiss } = setUp(encode);
    const done = searchByFile(core, model, imageFile());
    expect(emit).toHaveBeenCalledWith(
      'Searching by mine.jpg…',
      'in-progress',
      expect.anything()
    );
    expect(dismiss).not.toHaveBeenCalled();
    await done;
    expect(model.setSearch).toHaveBeenCalledWith(
      expect.objectContaining({ space: 'clip', queries: ['q'] })
    );
    expect(dismiss).toHaveBeenCalledWith('n1');
  });

  it('says why it cannot', async () => {
    const encode = jest.fn().mockRejectedValue(new Error('That is no image.'));
    const { core, model, dismiss, error } = setUp(encode);
    await searchByFile(core, model, imageFile('notes.txt'));
    expect(error).toHaveBeenCalledWith('That is no image.', expect.anything());
    expect(dismiss).toHaveBeenCalledWith('n1');
    expect(model.setSearch).not.toHaveBeenCalled();
  });
});
