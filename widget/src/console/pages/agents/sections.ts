import type { GroupField } from '../../forms/field.ts'

/** The editor's parts, each with the fields it shows. */
export interface Section {
  name: string
  label: string
  fields: readonly string[]
}

const SECTIONS: readonly Section[] = [
  { name: 'basics', label: 'Basics', fields: ['name', 'greeting', 'prompt', 'languages', 'disclosure', 'modes', 'engine', 'fallbacks'] },
  { name: 'voice', label: 'Voice', fields: ['voice', 'turns'] },
  { name: 'manner', label: 'Manner', fields: ['manner'] },
  { name: 'knowledge', label: 'Knowledge', fields: ['knowledge'] },
  { name: 'tools', label: 'Keys and tools', fields: ['keyMenu', 'builtInTools', 'tools'] },
  { name: 'site', label: 'Your site', fields: ['allowedOrigins', 'visibility', 'terms', 'browserRecognition'] },
  { name: 'phone', label: 'Telephone', fields: ['phone', 'callbackCountries'] },
  { name: 'limits', label: 'Limits', fields: ['limits'] },
]

/** Sections with something to show; fields that nobody placed come last, so that new ones appear by themselves. */
export function sectionsOf({ fields }: GroupField): Section[] {
  const placed = new Set(SECTIONS.flatMap((section) => section.fields))
  const rest = Object.keys(fields).filter((name) => !placed.has(name))
  const known = SECTIONS.map((section) => ({ ...section, fields: section.fields.filter((name) => fields[name]) }))
  return [...known, { name: 'more', label: 'More', fields: rest }].filter((section) => section.fields.length > 0)
}
