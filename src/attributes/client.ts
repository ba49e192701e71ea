/** Shapes of the REST API: visual attributes and their calibrations. */
import type { components } from '../core/client/schema';

type Schemas = components['schemas'];

export type IAttribute = Schemas['Attribute'];
export type IAttributeSpec = Schemas['AttributeSpec'];
export type ICalibration = Schemas['Calibration'];
export type IProportion = Schemas['Proportion'];
export type ICalibrationTask = Schemas['CalibrationTask'];
export type IVisionModel = Schemas['VisionModelInfo'];
export type IVisionModels = Schemas['VisionModelList'];

/** Of a job of one of these kinds: what it is asked for, without the dataset. */
export interface IAttributeJobs {
  attributes: Partial<Omit<Schemas['AttributeRequest'], 'dataset'>> &
    Pick<Schemas['AttributeRequest'], 'attributes'>;
}
