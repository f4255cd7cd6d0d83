/** What a form draws: one schema, read once. Lists and tables hold the field of one item. */

interface Common {
  readonly required: boolean
  /** What is in force where nothing is given. */
  readonly fallback?: unknown
  readonly hint?: string
  /** Null may be given, and takes the value away. */
  readonly nullable?: boolean
}
export interface TextField extends Common {
  readonly is: 'text'
  readonly lines: boolean
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
  readonly format?: string
  /** Goes in and never comes out. */
  readonly secret: boolean
}
export interface NumberField extends Common {
  readonly is: 'number'
  readonly whole: boolean
  readonly min?: number
  readonly max?: number
}
export interface SwitchField extends Common {
  readonly is: 'switch'
}
export interface ChoiceField extends Common {
  readonly is: 'choice'
  readonly options: readonly string[]
}
/** Several of a closed list. */
export interface ChoicesField extends Common {
  readonly is: 'choices'
  readonly options: readonly string[]
  readonly minItems?: number
}
/** Texts, one a line. */
export interface LinesField extends Common {
  readonly is: 'lines'
  readonly item: TextField
  readonly minItems?: number
  readonly maxItems?: number
}
export interface ListField extends Common {
  readonly is: 'list'
  readonly item: GroupField
  readonly minItems?: number
  readonly maxItems?: number
}
export interface GroupField extends Common {
  readonly is: 'group'
  readonly fields: Readonly<Record<string, Field>>
}
/** Names that people choose, each with a value of the same kind. */
export interface TableField extends Common {
  readonly is: 'table'
  readonly item: Field
}
/** Anything else: shown as JSON. */
export interface JsonField extends Common {
  readonly is: 'json'
  /** The JSON is given as text inside a string. */
  readonly asText: boolean
}

export type Field =
  | TextField
  | NumberField
  | SwitchField
  | ChoiceField
  | ChoicesField
  | LinesField
  | ListField
  | GroupField
  | TableField
  | JsonField
