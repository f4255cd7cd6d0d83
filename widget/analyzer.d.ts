/** The analyzer brings no types of its own. */
declare module '@custom-elements-manifest/analyzer/cli.js' {
  export function cli(o: { argv: string[]; cwd: string; noWrite: boolean }): Promise<import('./reference.ts').Manifest>
}
