import type { Variables } from '../protocol/index.ts'

/** Fills `{{name}}` in from the call's variables; one that the call does not have leaves nothing. */
export function fillVariables(text: string, variables: Variables): string {
  return text.replace(/\{\{\s*([\w.-]{1,64})\s*\}\}/g, (_, name: string) => (Object.hasOwn(variables, name) ? String(variables[name]) : ''))
}
