/** The part of WebAssembly used here: it is in TypeScript's DOM library, which the relay leaves out. */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array)
  }
  class Instance {
    constructor(module: Module, imports: Record<string, Record<string, unknown>>)
    readonly exports: Record<string, unknown>
  }
  class Memory {
    readonly buffer: ArrayBuffer
    private constructor()
  }
  function compile(bytes: Uint8Array): Promise<Module>
}
