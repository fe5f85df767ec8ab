/** Whether a database that is named is a centre, and no file (src/fleet/connect.ts). */
export const isCentre = (name: string): boolean => /^(?:postgres|postgresql|clickhouse):\/\//.test(name)
