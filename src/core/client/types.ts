/** Names for the generated shapes of the REST API. */
import type { components } from './schema';

type Schemas = components['schemas'];

export type Level = 'samples' | 'annotations';
export type Filter = NonNullable<Schemas['ViewSpec']['filter']>;
export type ISortKey = Schemas['SortKey'];
export type IViewSpec = Schemas['ViewSpec'];
export type IDatasetInfo = Schemas['DatasetInfo'];
export type IDatasetDetail = Schemas['DatasetDetail'];
export type IFieldInfo = Schemas['FieldInfo'];
export type IIngestReport = Schemas['IngestReport'];
export type IReportItem = Schemas['ReportItem'];
export type ITile = Schemas['Tile'];
export type IDisplay = Schemas['Display'];
export type IPictureInfo = Schemas['PictureInfo'];
export type ITileInfo = Schemas['TileInfo'];
export type ITiles = Schemas['Tiles'];
export type IFacet = Schemas['Facet'];
export type IFacets = Schemas['Facets'];
export type IFacetValue = Schemas['FacetValue'];
export type IAnnotation = Schemas['Annotation'];
export type ISampleDetail = Schemas['SampleDetail'];
export type ISavedView = Schemas['SavedView'];
export type IFolder = Schemas['Folder'];
export type IFolderEntry = Schemas['FolderEntry'];
export type IUploaded = Schemas['Uploaded'];
export type IWorkspace = Schemas['Workspace'];
export type IWorkspaceChange = Schemas['WorkspaceChange'];
export type IJob = Schemas['Job'];
export type IIngestRequest = Schemas['IngestRequest'];
export type IDetected = Schemas['Detected'];
export type IFormatInfo = Schemas['FormatInfo'];
export type IErrorBody = Schemas['ErrorBody'];
export type IPredicate = Schemas['Predicate'];
export type IChanged = Schemas['Changed'];
export type JobState = IJob['state'];
export type ISearch = Schemas['SearchSpec'];
/** What an encoded query was made from. */
export type IQuery = Schemas['Query'];
export type IOutcomeFilter = Schemas['OutcomeFilter'];
export type ICell = Schemas['Cell'];
export type Outcome = IOutcomeFilter['outcomes'][number];
export type ErrorType = Schemas['ErrorShare']['type'];
export type IEditDone = Schemas['EditDone'];
export type IHistoryEntry = Schemas['HistoryEntry'];

/** One change of ground truth; without `annotation_id` a new label of `sample_id`. */
export type IAnnotationEdit = Partial<Schemas['AnnotationEdit']>;

/** Annotations that are changed together: `ids`, or those of a view. */
export interface IBulk {
  readonly ids?: number[];
  readonly view?: IViewSpec;
}

export type IEditRequest =
  | { readonly edits: IAnnotationEdit[] }
  | (IBulk & { readonly relabel: string })
  | (IBulk & { readonly delete: true });

/** Requests: what the server gives a default may be left out. */
export type IFacetsRequest = Partial<Schemas['FacetsRequest']>;
export type ITagRequest = Partial<Schemas['TagRequest']> &
  Pick<Schemas['TagRequest'], 'tag'>;
export type IPredicateRequest = Partial<Schemas['PredicateRequest']>;
export type IDetectRequest = Partial<Schemas['DetectRequest']> &
  Pick<Schemas['DetectRequest'], 'source'>;
export type IIngestParameters = Partial<IIngestRequest> &
  Pick<IIngestRequest, 'source'>;
export type IWorkspaceUpdate = Partial<IWorkspaceChange> &
  Pick<IWorkspaceChange, 'base_version' | 'origin'>;

/** What GET `about` tells: the server's version and its limits. */
export interface IAbout {
  readonly version: string;
  readonly [key: string]: unknown;
}

/** One line of a job's log. */
export interface ILogLine {
  readonly time: string;
  readonly level: string;
  readonly message: string;
}

/** The ids of a view in display order, with what the headers say of them. */
export interface IViewIds {
  readonly ids: Uint32Array;
  /** One for each id, where the view searches. */
  readonly scores?: Float32Array | null;
  /** Number of samples/annotations of the view's level in the dataset. */
  readonly total: number;
  /** The dataset version they belong to. */
  readonly version: number;
}
