/** Keeps the screen on while somebody talks, where the browser can; returns how to stop. */
export function keepAwake(): () => void {
  let lock: WakeLockSentinel | undefined
  let over = false
  const hold = async () => {
    if (over || document.visibilityState === 'hidden') return
    try {
      lock = await navigator.wakeLock?.request('screen')
      if (over) void lock?.release()
    } catch {
      // Refused by a policy or a low battery: the call goes on.
    }
  }
  // The browser drops the lock whenever the page is hidden.
  document.addEventListener('visibilitychange', hold)
  void hold()
  return () => {
    over = true
    document.removeEventListener('visibilitychange', hold)
    void lock?.release()
  }
}
