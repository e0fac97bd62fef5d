/** Types of what scripts/generate-validators.ts writes. */

/** What ajv says about one value that does not fit. */
export interface ShapeError {
  /** JSON pointer of the value; for a missing property, of the object that lacks it. */
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: { readonly missingProperty?: string };
}

export interface Validator {
  (data: unknown): boolean;
  errors: readonly ShapeError[] | null;
}

export const validateConfig: Validator;
export const validateProcess: Validator;
export const validateResources: Validator;
/** The schema of config.json, as JSON. */
export const schemaText: string;
/** Whether a validator has met a property that the schema does not name; whoever calls one resets it. */
export const unnamed: { found: boolean };
