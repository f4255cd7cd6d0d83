/** One line of the doctor: `broken` stops a relay, `note` is worth knowing. */
export interface Finding {
  state: 'ok' | 'note' | 'broken'
  about: string
  /** What was found and, unless it is ok, what to do. Never a secret's value. */
  text: string
}
