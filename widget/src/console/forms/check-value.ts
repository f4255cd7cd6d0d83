import type { Say } from '../words.ts'
import type { Field, ListField, NumberField, TextField } from './field.ts'
import { shownUnit } from './unit.ts'

/** One thing that is wrong, at the relay's own path. */
export interface Fault {
  path: string
  message: string
}

/** What can be told of a value before the relay is asked; the relay has the last word. */
export function faultsIn(field: Field, value: unknown, t: Say, path: readonly string[] = []): Fault[] {
  const at = (message: string): Fault[] => [{ path: path.join('.'), message }]
  if (isMissing(value)) {
    const wanted = field.required && field.fallback === undefined && field.is !== 'group' && !(value === null && field.nullable)
    return wanted ? at(t('This is needed.')) : []
  }
  switch (field.is) {
    case 'text':
      return typeof value === 'string' ? sentence(textFault(field, value, t), at) : at(t('This must be text.'))
    case 'number':
      return sentence(numberFault(field, value, path.at(-1) ?? '', t), at)
    case 'choice':
      return field.options.includes(value as string) ? [] : at(t('Choose one of the list.'))
    case 'choices':
      return sentence(countFault(field, value, t), at)
    case 'lines':
    case 'list': {
      if (!Array.isArray(value)) return at(t('This must be a list.'))
      const inner = value.flatMap((each, place) => faultsIn(field.item, each, t, [...path, String(place)]))
      return [...sentence(countFault(field, value, t), at), ...inner]
    }
    case 'group':
    case 'table': {
      if (typeof value !== 'object') return at(t('This must be a group of fields.'))
      const rows: [string, Field][] =
        field.is === 'group' ? Object.entries(field.fields) : Object.keys(value).map((name) => [name, field.item])
      return rows.flatMap(([name, each]) => faultsIn(each, (value as Record<string, unknown>)[name], t, [...path, name]))
    }
    case 'switch':
      return typeof value === 'boolean' ? [] : at(t('This must be on or off.'))
    case 'json':
      return field.asText && typeof value === 'string' && value !== '' && !isJson(value) ? at(t('This is not JSON.')) : []
  }
}

const isMissing = (value: unknown): value is null | undefined => value === undefined || value === null
const sentence = (message: string | undefined, at: (message: string) => Fault[]): Fault[] => (message === undefined ? [] : at(message))

function textFault({ minLength = 0, maxLength, pattern, format, required }: TextField, text: string, t: Say): string | undefined {
  if (text === '' && (minLength > 0 || required)) return minLength > 0 ? t('This is needed.') : undefined
  if (text.length < minLength) return t('Write at least {count} characters.', { count: minLength })
  if (maxLength !== undefined && text.length > maxLength) return t('Write at most {count} characters.', { count: maxLength })
  if (format === 'uri' && !URL.canParse(text)) return t('Write a whole address such as https://shop.example/terms.')
  if (format === 'email' && !/^[^@\s]+@[^@\s]+$/.test(text)) return t('Write an e-mail address.')
  if (pattern !== undefined && !fits(pattern, text)) return t('This is not in the form that is needed.')
  return undefined
}

function numberFault({ whole, min, max }: NumberField, value: unknown, name: string, t: Say): string | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value)) return t('Write a number.')
  const unit = shownUnit(name, max)
  if (whole && !Number.isInteger(value))
    return unit.per === 1 ? t('Write a whole number.') : t('Write a number with at most three decimals.')
  if (min !== undefined && value < min) return t('At least {limit}.', { limit: unit.show(min) })
  if (max !== undefined && value > max) return t('At most {limit}.', { limit: unit.show(max) })
  return undefined
}

function countFault({ minItems = 0, maxItems }: Pick<ListField, 'minItems' | 'maxItems'>, value: unknown, t: Say): string | undefined {
  const count = Array.isArray(value) ? value.length : 0
  if (count < minItems) return minItems === 1 ? t('At least one is needed.') : t('At least {count} are needed.', { count: minItems })
  if (maxItems !== undefined && count > maxItems) return t('At most {count}.', { count: maxItems })
  return undefined
}

/** Descriptions lose a pattern's flags: what would fit with any of them is left to the relay. */
function fits(pattern: string, text: string): boolean {
  const plain = pattern.endsWith('/u') ? pattern.slice(0, -2) : pattern
  for (const flags of ['iu', 'i']) {
    try {
      return new RegExp(plain, flags).test(text)
    } catch {}
  }
  return true
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
