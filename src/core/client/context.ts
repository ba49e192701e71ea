/** What every panel is given beside its workspace: interfaces only, no code. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import type {
  IAbout,
  IChanged,
  IDatasetDetail,
  IDatasetInfo,
  IDetected,
  IDetectRequest,
  IDisplay,
  IEditDone,
  IEditRequest,
  IErrorBody,
  IFacets,
  IFacetsRequest,
  IFolder,
  IFormatInfo,
  IHistoryEntry,
  IIngestParameters,
  IIngestReport,
  IJob,
  ILogLine,
  IPictureInfo,
  IPredicate,
  IPredicateRequest,
  IQuery,
  ISampleDetail,
  ISavedView,
  ISearch,
  ITagRequest,
  ITileInfo,
  ITiles,
  IUploaded,
  IViewIds,
  IViewSpec,
  IWorkspace,
  IWorkspaceUpdate,
  Level
} from './types';

/** A thumbnail: its sample, and `ITile.thumbnail`. */
export interface IThumbnail {
  readonly sampleId: number;
  readonly version: string;
}

/** Changes of labels by hand. */
export interface ILabelEdits {
  edit(dataset: string, request: IEditRequest): Promise<IEditDone>;
  undo(dataset: string): Promise<IEditDone>;
  redo(dataset: string): Promise<IEditDone>;
  /** The latest changes, newest first. */
  history(dataset: string, limit?: number): Promise<IHistoryEntry[]>;
}

/** Searches for what looks like a text or an image. `current` is the view's, whose limits stay. */
export interface ISearches {
  /** Whether a dataset has embeddings to search in. */
  offered(dataset: string): Promise<boolean>;
  /** What the queries of an embedding space were made from, the latest first. */
  queries(
    dataset: string,
    space: string,
    signal?: AbortSignal
  ): Promise<readonly IQuery[]>;
  byText(
    dataset: string,
    text: string,
    current: ISearch | null
  ): Promise<ISearch>;
  /** By an image file of this computer; it is not added to the dataset. */
  byImage(
    dataset: string,
    image: File,
    current: ISearch | null
  ): Promise<ISearch>;
}

/** The parts that capabilities add: each names its own by declaration merging, and adds it with `addPart`. */
export interface IClientParts {
  /** The views ask for these; the capability of labels adds them. */
  readonly labels: ILabelEdits;
  /** The views ask for these; the capability of embeddings adds them. */
  readonly searches: ISearches;
}

/** How an image is shown. */
export interface IImageLook {
  readonly developed: boolean;
  /** Tells addresses apart. */
  readonly shown: string;
}

/** What of the REST API is there at once. */
export interface IStartClient {
  /** An annotation with its surroundings, at most `size` pixels on its longer side. */
  cropUrl(
    dataset: string,
    annotationId: number,
    crop: { version: string; size: number; aspect: number }
  ): string;
  /** Address of a thumbnail; `version` is `ITile.thumbnail` and makes it immutable. */
  thumbnailUrl(
    dataset: string,
    sampleId: number,
    version: string | null
  ): string;
  /** Address of the upright image in full resolution, of camera RAW its preview unless developed. */
  imageUrl(dataset: string, sampleId: number, look?: IImageLook): string;
  /** Address of a tile of a large image; `version` is `ITileInfo.version`. */
  tileUrl(
    dataset: string,
    sampleId: number,
    version: string,
    place: { level: number; column: number; row: number }
  ): string;
  jobs(): Promise<IJob[]>;
}

/** The REST API with what capabilities add to it. */
export type IClient = ICoreClient & IClientParts;

/**
 * The REST API of the core. `dataset` is a slug.
 *
 * Every method rejects with `VisionLensError`, or with an `AbortError` when its signal stopped it.
 */
export interface ICoreClient extends IStartClient {
  about(): Promise<IAbout>;
  formats(): Promise<IFormatInfo[]>;

  datasets(): Promise<IDatasetInfo[]>;
  dataset(dataset: string): Promise<IDatasetDetail>;
  deleteDataset(dataset: string): Promise<void>;
  /** The last ingest's report with one page of its items. */
  report(
    dataset: string,
    offset?: number,
    limit?: number
  ): Promise<IIngestReport>;

  view(
    dataset: string,
    spec: IViewSpec,
    signal?: AbortSignal
  ): Promise<IViewIds>;
  /**
   * Tiles of ids of the view's level, or the `first` of the view; at most 500. `geometry` asks for
   * more than boxes.
   */
  tiles(
    dataset: string,
    spec: IViewSpec,
    which: readonly number[] | { readonly first: number },
    options?: { geometry?: boolean },
    signal?: AbortSignal
  ): Promise<ITiles>;
  /** Thumbnails in the order asked for, null where there is none; at most 200. */
  thumbnails(
    dataset: string,
    wanted: readonly IThumbnail[],
    signal?: AbortSignal
  ): Promise<(Blob | null)[]>;
  facets(
    dataset: string,
    request: IFacetsRequest,
    signal?: AbortSignal
  ): Promise<IFacets>;
  /** Check text or a tree against the dataset's fields; answers with both forms. */
  predicate(
    dataset: string,
    request: IPredicateRequest,
    signal?: AbortSignal
  ): Promise<IPredicate>;
  sample(
    dataset: string,
    sampleId: number,
    spec: IViewSpec,
    signal?: AbortSignal
  ): Promise<ISampleDetail>;
  /** Which tiles a large image has; they are made as long as somebody asks. */
  imageTiles(
    dataset: string,
    sampleId: number,
    signal?: AbortSignal
  ): Promise<ITileInfo>;
  /** What an image holds beside one picture. */
  picture(
    dataset: string,
    sampleId: number,
    signal?: AbortSignal
  ): Promise<IPictureInfo>;
  /** How images with more than one picture are shown; null: as suits each. */
  display(dataset: string, signal?: AbortSignal): Promise<IDisplay | null>;
  chooseDisplay(dataset: string, display: IDisplay | null): Promise<void>;
  savedViews(dataset: string): Promise<ISavedView[]>;
  /** Keep a view under a name; an earlier one of that name is replaced. */
  saveView(dataset: string, name: string, view: IViewSpec): Promise<ISavedView>;
  deleteView(dataset: string, name: string): Promise<void>;
  tag(dataset: string, request: ITagRequest): Promise<IChanged>;

  createWorkspace(
    dataset: string,
    notebook: string | null
  ): Promise<IWorkspace>;
  workspace(
    dataset: string,
    workspace: string,
    signal?: AbortSignal
  ): Promise<IWorkspace>;
  changeWorkspace(
    dataset: string,
    workspace: string,
    change: IWorkspaceUpdate
  ): Promise<IWorkspace>;
  workspaceIds(
    dataset: string,
    workspace: string,
    signal?: AbortSignal
  ): Promise<IViewIds>;
  selection(
    dataset: string,
    workspace: string,
    signal?: AbortSignal
  ): Promise<Uint32Array>;
  putSelection(
    dataset: string,
    workspace: string,
    ids: Uint32Array,
    options: { baseVersion: number; origin: string; level: Level }
  ): Promise<IWorkspace>;

  detect(request: IDetectRequest, signal?: AbortSignal): Promise<IDetected>;
  /** One folder of the server; null: where browsing begins. `page`: the `next` of its part before. */
  folder(named: string | null, page?: string): Promise<IFolder>;
  /** Send one image file; `ingestUploads` makes samples of what was sent. */
  upload(dataset: string, file: File, signal?: AbortSignal): Promise<IUploaded>;
  ingestUploads(dataset: string): Promise<IJob>;
  job(job: string): Promise<IJob>;
  startIngest(parameters: IIngestParameters): Promise<IJob>;
  /** Start a job of any kind; its parameters name the dataset. */
  startJob(kind: string, parameters: object): Promise<IJob>;
  cancelJob(job: string): Promise<IJob>;
  jobLog(job: string): Promise<ILogLine[]>;
}

/** The user's settings that panels read. */
export interface ISettings {
  /** Width of a tile in CSS pixels. */
  readonly tileSize: number;
  /** Whether annotations are drawn over images. */
  readonly overlays: boolean;
  /** Whether class names stand at the annotations. */
  readonly labels: boolean;
  /** Whether the confidence of predictions stands with their class names. */
  readonly confidences: boolean;
  /** How strongly polygons and masks are filled, 0 to 1. */
  readonly opacity: number;
  /** Whether nothing is filled. */
  readonly outlineOnly: boolean;
  /** Whether annotations that do not meet the view's conditions are left out. */
  readonly onlyMatching: boolean;
  /** Whether the file name stands below a tile. */
  readonly captions: boolean;
}

/** Settings as an external store: `useSyncExternalStore(settings.subscribe, settings.get)`. */
export interface IVisionLensSettings {
  /** An immutable snapshot; the same object until something changes. */
  readonly get: () => ISettings;
  /** Call `listener` at each change; the answer unsubscribes. */
  readonly subscribe: (listener: () => void) => () => void;
  /** Change some and keep them with the user's settings. */
  readonly set: (change: Partial<ISettings>) => void;
}

/**
 * Places in the panels of the core where capabilities put components, and the properties that each
 * place gives them: the panel that has one adds it by declaration merging.
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type
export interface ISlotProps {}

export type SlotComponent<Name extends keyof ISlotProps> = (
  props: ISlotProps[Name]
) => JSX.Element | null;

/** What stands in the slots of panels. */
export interface ISlots {
  /** Put a component into a slot; its code is loaded with the panel. */
  add<Name extends keyof ISlotProps>(
    name: Name,
    load: () => Promise<SlotComponent<Name>>
  ): void;
  /** Load what stands in some slots; the panel is made afterwards. */
  load(...names: (keyof ISlotProps)[]): Promise<void>;
  /** What was loaded. */
  loaded<Name extends keyof ISlotProps>(
    name: Name
  ): readonly SlotComponent<Name>[];
}

/** A job that stopped because somebody must sign in to a storage. */
export interface IStopped {
  readonly error: IErrorBody;
  /** Go on where it stopped. */
  readonly resume: () => Promise<void>;
}

/** Datasets whose storage wants somebody to sign in, as an external store. */
export interface ISignedOut {
  /** Null: no job of the dataset has stopped so. The same object until that changes. */
  readonly get: (dataset: string) => IStopped | null;
  readonly subscribe: (listener: () => void) => () => void;
}

/** What a panel's factory is given. */
export interface IPanelContext {
  readonly client: IClient;
  readonly trans: TranslationBundle;
  readonly commands: CommandRegistry;
  readonly settings: IVisionLensSettings;
  readonly slots: ISlots;
}

/** What the factory of a workspace's panel is given. */
export interface IWorkspaceContext extends IPanelContext {
  readonly signedOut: ISignedOut;
}
