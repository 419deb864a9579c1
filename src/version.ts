/** The package's version; the build writes it in. */
declare const TROOPER_VERSION: string

export const version = typeof TROOPER_VERSION === 'string' ? TROOPER_VERSION : 'dev'
