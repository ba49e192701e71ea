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
export type ITiles = Schemas['Tiles'];
export type IFacet = Schemas['Facet'];
export type IFacets = Schemas['Facets'];
export type IFacetValue = Schemas['FacetValue'];
export type IAnnotation = Schemas['Annotation'];
export type ISampleDetail = Schemas['SampleDetail'];
export type IWorkspace = Schemas['Workspace'];
export type IWorkspaceChange = Schemas['WorkspaceChange'];
export type IJob = Schemas['Job'];
export type IIngestRequest = Schemas['IngestRequest'];
export type IDetected = Schemas['Detected'];
export type IFormatInfo = Schemas['FormatInfo'];
export type IErrorBody = Schemas['ErrorBody'];
