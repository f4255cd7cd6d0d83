/** The build stops when this is not package.json's. */
export const VERSION = '0.1.0'
