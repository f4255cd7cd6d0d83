/** What pages and relay say to each other. The widget imports types only. */
export * from './callback.ts'
export * from './entry.ts'
export * from './media.ts'
export * from './operators.ts'
export * from './page-call.ts'
export * from './problem.ts'
export * from './web-call.ts'
export * from './words.ts'
