/** Kinds of a report, as `--format` and the extension of `-o` name them. */
export const OUTPUT_KINDS = ['text', 'json', 'html'] as const
