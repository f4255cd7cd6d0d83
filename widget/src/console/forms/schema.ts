/** JSON Schema as far as /openapi.json uses it. */
export interface Schema {
  type?: string | readonly string[]
  title?: string
  description?: string
  default?: unknown
  enum?: readonly unknown[]
  const?: unknown
  format?: string
  pattern?: string
  contentMediaType?: string
  writeOnly?: boolean
  minLength?: number
  maxLength?: number
  minimum?: number
  maximum?: number
  minItems?: number
  maxItems?: number
  properties?: Readonly<Record<string, Schema>>
  required?: readonly string[]
  'x-required'?: readonly string[]
  additionalProperties?: boolean | Schema
  items?: Schema
  anyOf?: readonly Schema[]
  allOf?: readonly Schema[]
  $ref?: string
}

/** /openapi.json as far as forms want it. */
export interface ApiDocument {
  paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  components?: { schemas?: Readonly<Record<string, Schema>> }
}
type Content = { content?: Readonly<Record<string, { schema?: Schema }>> }
interface Operation {
  parameters?: readonly { name: string; in: string }[]
  requestBody?: Content
  responses?: Readonly<Record<string, Content>>
}

/** Whether the relay has this route. */
export const hasRoute = (api: ApiDocument, method: string, path: string): boolean => api.paths[path]?.[method] !== undefined

/** What a route takes as its JSON body; undefined where there is none. */
export const bodyOf = (api: ApiDocument, method: string, path: string): Schema | undefined =>
  api.paths[path]?.[method]?.requestBody?.content?.['application/json']?.schema

/** What a route answers with this status. */
export const answerOf = (api: ApiDocument, method: string, path: string, status = 200): Schema | undefined =>
  api.paths[path]?.[method]?.responses?.[status]?.content?.['application/json']?.schema
