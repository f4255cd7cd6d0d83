/**
 * The thirteen WASI calls Flite makes, over memory: no file is touched (a call's words and voice never reach a disk), nothing of the
 * machine can be seen, and `node:wasi`'s warning of being experimental stays away. One output file, appended to.
 */
const OK = 0
const BAD_DESCRIPTOR = 8
const ROOT = 3
const OUTPUT = 4
const DIRECTORY = 3
const REGULAR_FILE = 4

class Exited extends Error {
  readonly code: number
  constructor(code: number) {
    super(`Flite ended with code ${code}`)
    this.code = code
  }
}

/** Runs the module's `main` once with these arguments. Returns what it wrote to its output file; throws when it fails. */
export function runFlite(module: WebAssembly.Module, args: string[]): Uint8Array {
  const encoder = new TextEncoder()
  const words = ['flite', ...args].map((word) => encoder.encode(`${word}\0`))
  let memory: WebAssembly.Memory | undefined
  const bytes = () => new Uint8Array(memory?.buffer ?? new ArrayBuffer(0))
  const view = () => new DataView(memory?.buffer ?? new ArrayBuffer(0))
  let file = new Uint8Array(1 << 17)
  let size = 0

  const calls = {
    args_sizes_get(count: number, total: number) {
      view().setUint32(count, words.length, true)
      view().setUint32(
        total,
        words.reduce((sum, word) => sum + word.length, 0),
        true,
      )
      return OK
    },
    args_get(pointers: number, buffer: number) {
      let at = buffer
      words.forEach((word, i) => {
        view().setUint32(pointers + i * 4, at, true)
        bytes().set(word, at)
        at += word.length
      })
      return OK
    },
    clock_time_get(_clock: number, _precision: bigint, time: number) {
      view().setBigUint64(time, 0n, true)
      return OK
    },
    fd_prestat_get(fd: number, at: number) {
      if (fd !== ROOT) return BAD_DESCRIPTOR
      view().setUint32(at, 0, true)
      view().setUint32(at + 4, 1, true)
      return OK
    },
    fd_prestat_dir_name(_fd: number, at: number) {
      bytes()[at] = 0x2e
      return OK
    },
    fd_fdstat_get(fd: number, at: number) {
      if (fd > OUTPUT) return BAD_DESCRIPTOR
      bytes().fill(0, at, at + 24)
      view().setUint8(at, fd === ROOT ? DIRECTORY : REGULAR_FILE)
      bytes().fill(0xff, at + 8, at + 24)
      return OK
    },
    fd_fdstat_set_flags: () => OK,
    path_open(
      _dir: number,
      _lookup: number,
      _path: number,
      _length: number,
      _open: number,
      _base: bigint,
      _inherit: bigint,
      _flags: number,
      fd: number,
    ) {
      view().setUint32(fd, OUTPUT, true)
      return OK
    },
    fd_write(fd: number, vectors: number, count: number, written: number) {
      let total = 0
      for (let i = 0; i < count; i++) {
        const at = view().getUint32(vectors + i * 8, true)
        const length = view().getUint32(vectors + i * 8 + 4, true)
        if (fd === OUTPUT) append(bytes().subarray(at, at + length))
        total += length
      }
      view().setUint32(written, total, true)
      return OK
    },
    fd_read(_fd: number, _vectors: number, _count: number, read: number) {
      view().setUint32(read, 0, true)
      return OK
    },
    fd_seek: () => BAD_DESCRIPTOR,
    fd_close: () => OK,
    proc_exit(code: number) {
      throw new Exited(code)
    },
  }

  function append(part: Uint8Array): void {
    if (size + part.length > file.length) {
      const larger = new Uint8Array(Math.max(file.length * 2, size + part.length))
      larger.set(file.subarray(0, size))
      file = larger
    }
    file.set(part, size)
    size += part.length
  }

  const instance = new WebAssembly.Instance(module, { wasi_snapshot_preview1: calls })
  const { memory: own, _start: start } = instance.exports
  if (!(own instanceof WebAssembly.Memory) || typeof start !== 'function') throw new Error('This is not the Flite module')
  memory = own
  try {
    start()
  } catch (error) {
    if (!(error instanceof Exited) || error.code !== 0) throw error
  }
  return file.subarray(0, size)
}
