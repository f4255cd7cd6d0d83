/** Times and lengths as people read them. */

const shapes = new Map<string, Intl.DateTimeFormat>()

/** A moment, short: day, month, hour, minute; the year where it is another. */
export function moment(at: string, language: string): string {
  const date = new Date(at)
  const isThisYear = date.getFullYear() === new Date().getFullYear()
  const key = `${language} ${isThisYear}`
  const shape =
    shapes.get(key) ??
    new Intl.DateTimeFormat(language, {
      day: 'numeric',
      month: 'short',
      hour: '2-digit',
      minute: '2-digit',
      ...(isThisYear ? {} : { year: 'numeric' }),
    })
  shapes.set(key, shape)
  return Number.isNaN(date.getTime()) ? at : shape.format(date)
}

/** `4:07`, `1:02:33` */
export function length(ms: number): string {
  const seconds = Math.round(ms / 1000)
  const two = (value: number) => String(value).padStart(2, '0')
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`
}
