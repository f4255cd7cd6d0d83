// Before the first paint, so that a chosen night does not begin with a flash of day.
try {
  const chosen = localStorage.getItem('tara-theme')
  if (chosen) document.documentElement.dataset.theme = chosen
} catch {
  // Storage may be blocked; then the system's choice stands.
}
