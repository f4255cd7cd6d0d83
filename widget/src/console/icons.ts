import { html, type TemplateResult } from 'lit'

/** Line icons on a 24 px grid, drawn in the text's colour. */
const PATHS: Record<string, string> = {
  dashboard: 'M4 13h6V4H4Zm0 7h6v-4H4Zm10 0h6v-9h-6Zm0-16v4h6V4Z',
  active: 'M5 10v4m4.7-7v10m4.6-8v6M19 10v4',
  history: 'M12 7v5l3.5 2M4 12a8 8 0 1 0 2.6-5.9M4 4v4h4',
  agents: 'M12 4v3m-5 3a3 3 0 0 1 3-3h4a3 3 0 0 1 3 3v5a3 3 0 0 1-3 3h-4a3 3 0 0 1-3-3Zm2.7 2h0m4.6 0h0M4 11v3m16-3v3M10 21h4',
  numbers: 'M6 4h3l1.5 4.5L8 10a12 12 0 0 0 6 6l1.5-2.5L20 15v3a2 2 0 0 1-2 2A14 14 0 0 1 4 6a2 2 0 0 1 2-2',
  members: 'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7m-6 9a6 6 0 0 1 12 0m1-15.5a3.5 3.5 0 0 1 0 6.5m2 3a6 6 0 0 1 3 5',
  settings: 'M4 7h9m5 0h2M4 17h2m5 0h9M15.5 9.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5m-7 10a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5',
  start: 'M12 3v3m0 12v3m9-9h-3M6 12H3m13-4 2.4-2.4M5.6 18.4 8 16m8 0 2.4 2.4M5.6 5.6 8 8m4 1.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5',
  menu: 'M4 7h16M4 12h16M4 17h16',
  close: 'm6 6 12 12M18 6 6 18',
  back: 'm14 6-6 6 6 6',
  leave: 'M10 5H6a1 1 0 0 0-1 1v12a1 1 0 0 0 1 1h4m4-3 4-4-4-4m4 4H10',
  listen: 'M4 14v-2a8 8 0 0 1 16 0v2m-16 0a2 2 0 0 1 2-2h1v6H6a2 2 0 0 1-2-2Zm16 0a2 2 0 0 0-2-2h-1v6h1a2 2 0 0 0 2-2Z',
  hangUp: 'M3.5 15C1.5 10.5 7 8.5 12 8.5s10.5 2 8.5 6.5l-4.5-1v-2.5a13 13 0 0 0-8 0V14Z',
  pause: 'M9 6v12m6-12v12',
  play: 'M8 5.5v13l10-6.5Z',
  takeover: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8m-7 8a7 7 0 0 1 14 0',
  keys: 'M6 6h0M12 6h0M18 6h0M6 12h0M12 12h0M18 12h0M6 18h0M12 18h0M18 18h0',
  transfer: 'M5 8h12m-4-4 4 4-4 4m6 4H7m4-4-4 4 4 4',
  copy: 'M9 9h10v11H9Zm-4 6V4h10',
  web: 'M4 12a8 8 0 1 0 16 0 8 8 0 0 0-16 0m0 0h16M12 4c5 5 5 11 0 16-5-5-5-11 0-16',
  help: 'M9.5 9.3a2.5 2.5 0 1 1 3.6 2.3c-.8.4-1.1 1-1.1 1.9m0 3h0M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18',
}

export const icon = (name: string, size = 20): TemplateResult =>
  html`<svg viewBox="0 0 24 24" width=${size} height=${size} fill="none" stroke="currentColor" stroke-width=${name === 'keys' ? 3 : 1.7} stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d=${PATHS[name] ?? PATHS.active ?? ''}></path></svg>`
