/**
 * Turns once a millisecond on one monotonic origin, and hands out each slot of the round once, so that many calls are spread over time
 * and none of them drifts. Slots that were missed follow at once.
 */
export function startWheel(slots: number, turn: (slot: number) => void): () => void {
  const origin = performance.now()
  let turned = 0
  let timer: NodeJS.Timeout | undefined
  const go = () => {
    const due = Math.floor(performance.now() - origin)
    for (; turned < due; turned++) turn(turned % slots)
    timer = setTimeout(go, 1)
  }
  go()
  return () => clearTimeout(timer)
}
