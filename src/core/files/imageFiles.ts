/** Files that come from the desktop. */

/** What the server takes for images. */
const SUFFIXES =
  'jpg jpeg jpe jfif png webp gif bmp dib tif tiff avif heic heif jp2 j2k ppm pgm pbm pnm tga ico'.split(
    ' '
  );

/** Whether the server would take a file of this name for an image. */
export function isImageName(name: string): boolean {
  const suffix = name.split('.').pop()!.toLowerCase();
  return SUFFIXES.includes(suffix) && name.includes('.') && name[0] !== '.';
}

/** Whether something dragged holds files of the desktop. */
export function holdsFiles(data: DataTransfer | null): boolean {
  return data?.types.includes('Files') ?? false;
}

/** The files dropped, those in dropped folders too. */
export async function droppedFiles(data: DataTransfer): Promise<File[]> {
  // The items are gone after the first await.
  const entries = [...data.items].flatMap(
    item => item.webkitGetAsEntry?.() ?? []
  );
  if (!entries.some(({ isDirectory }) => isDirectory)) {
    return [...data.files];
  }
  return (await Promise.all(entries.map(filesOf))).flat();
}

async function filesOf(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) {
    return [
      await new Promise<File>((resolve, reject) =>
        (entry as FileSystemFileEntry).file(resolve, reject)
      )
    ];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: File[] = [];
  // A reader answers with some hundred entries at a time, in the end with none.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject)
    );
    if (some.length === 0) {
      return found;
    }
    found.push(...(await Promise.all(some.map(filesOf))).flat());
  }
}

/** Ask for image files, or for one; none when the dialog is cancelled. */
export function pickFiles(multiple = true): Promise<File[]> {
  const input = document.createElement('input');
  input.type = 'file';
  input.multiple = multiple;
  input.accept = SUFFIXES.map(suffix => `.${suffix}`).join(',');
  return new Promise(resolve => {
    input.addEventListener('change', () => resolve([...(input.files ?? [])]));
    input.addEventListener('cancel', () => resolve([]));
    input.click();
  });
}
