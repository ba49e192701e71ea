/** Which saved view a workspace's view came from: kept by the browser's tab, as its panels are. */
const PREFIX = 'visionlens:saved-view:';

export function readOrigin(workspace: string): string | null {
  try {
    return sessionStorage.getItem(PREFIX + workspace);
  } catch {
    return null;
  }
}

export function writeOrigin(workspace: string, name: string | null): void {
  try {
    if (name === null) {
      sessionStorage.removeItem(PREFIX + workspace);
    } else {
      sessionStorage.setItem(PREFIX + workspace, name);
    }
  } catch {
    // A browser that keeps nothing forgets only where a view came from.
  }
}
