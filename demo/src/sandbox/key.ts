/** The key that every sandbox service accepts. */
export const SANDBOX_KEY = 'sandbox-key'
