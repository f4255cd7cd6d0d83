import type { Role } from '../session.ts'

/** A room of the console. The order is the rail's. */
export interface PageEntry {
  /** First part of the address: `#/active`. */
  name: string
  /** Missing: not in the rail. */
  label?: string
  icon?: string
  /** Who sees it in the rail; the relay decides for itself. */
  role?: Role
  tag: string
  load: () => Promise<unknown>
}

/** Recordings, analytics, queue and campaigns get their rooms here when they come. */
export const PAGES: readonly PageEntry[] = [
  { name: 'dashboard', label: 'Dashboard', icon: 'dashboard', tag: 'vc-dashboard', load: () => import('./dashboard/dashboard.ts') },
  { name: 'active', label: 'Active calls', icon: 'active', tag: 'vc-active', load: () => import('./active/active.ts') },
  { name: 'calls', tag: 'vc-call-page', load: () => import('./call/call-page.ts') },
  { name: 'history', label: 'History', icon: 'history', tag: 'vc-history', load: () => import('./history/history.ts') },
  { name: 'agents', label: 'Agents', icon: 'agents', tag: 'vc-agents', load: () => import('./agents/agents.ts') },
  { name: 'numbers', label: 'Numbers', icon: 'numbers', role: 'operator', tag: 'vc-numbers', load: () => import('./numbers/numbers.ts') },
  { name: 'members', label: 'Members', icon: 'members', tag: 'vc-members', load: () => import('./members/members.ts') },
  { name: 'settings', label: 'Settings', icon: 'settings', tag: 'vc-settings', load: () => import('./settings/settings.ts') },
  { name: 'start', label: 'First steps', icon: 'start', role: 'admin', tag: 'vc-start', load: () => import('./start/start.ts') },
]
