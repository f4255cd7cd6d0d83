import type { Role } from '../../session.ts'

export interface Member {
  id: string
  email: string
  role: Role
  createdAt: string
}
export interface Invitation extends Member {
  expiresAt: string
}

export const ROLES: Readonly<Record<Role, { label: string; about: string }>> = {
  viewer: { label: 'Viewer', about: 'reads calls and agents' },
  operator: { label: 'Operator', about: 'also listens, whispers and takes over' },
  admin: { label: 'Admin', about: 'also changes agents, numbers, members and settings' },
}
