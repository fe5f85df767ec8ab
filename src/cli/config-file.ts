/** Formats of the user's own, and what options are when they are absent; looked for in the working directory. */
export const CONFIG_FILE = 'logstat.config.json'
