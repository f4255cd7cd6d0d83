/** One measured thing, with what it has to be compared with. */
export interface Figure {
  name: string
  value: number
  unit: string
  /** What the project promises; undefined where it only reports. */
  limit?: number
  /** The same, where more is better. */
  least?: number
  note: string
}

export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}

/** Of an even number of values the mean of the middle two: the lower one alone would flatter. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const upper = sorted[sorted.length >> 1] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[sorted.length / 2 - 1] ?? Number.NaN) + upper) / 2
}

export const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** Of their mean; there are two at least. */
export function standardError(values: readonly number[]): number {
  const middle = mean(values)
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1) / values.length)
}

export function table(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => {
    const { name, value, unit, note } = figure
    return [name, `${Math.round(value * 10) / 10} ${unit}`.trim(), promise(figure), keepsPromise(figure) ? '' : 'MISSED', note]
  })
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function promise({ limit, least, unit }: Figure): string {
  if (limit !== undefined) return `≤ ${limit} ${unit}`.trim()
  return least === undefined ? '' : `≥ ${least} ${unit}`.trim()
}

function keepsPromise({ value, limit, least }: Figure): boolean {
  return (limit === undefined || value <= limit) && (least === undefined || value >= least)
}
