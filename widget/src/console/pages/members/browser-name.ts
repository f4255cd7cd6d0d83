const BROWSERS = [
  [/Edg\/(\d+)/, 'Edge'],
  [/OPR\/(\d+)/, 'Opera'],
  [/Firefox\/(\d+)/, 'Firefox'],
  [/Chrome\/(\d+)/, 'Chrome'],
  [/Version\/(\d+).*Safari/, 'Safari'],
] as const
const SYSTEMS = [
  [/iPhone|iPad/, 'iOS'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/Linux/, 'Linux'],
] as const

/** What a User-Agent means to people: `Firefox 140, Linux`. Others as they are; undefined for none. */
export function browserName(agent: string | undefined): string | undefined {
  if (!agent) return undefined
  for (const [pattern, name] of BROWSERS) {
    const version = pattern.exec(agent)?.[1]
    if (version === undefined) continue
    const system = SYSTEMS.find(([each]) => each.test(agent))?.[1]
    return system ? `${name} ${version}, ${system}` : `${name} ${version}`
  }
  return agent.slice(0, 60)
}
