/** The console's words. The key is the English sentence; `{name}` is filled in. `strings` of the element may replace each. */
export type Say = (words: string, values?: Record<string, string | number>) => string

export function sayWith(strings: Readonly<Record<string, string>>): Say {
  return (words, values = {}) => (strings[words] ?? words).replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}
